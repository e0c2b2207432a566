import { ActionIcon, Button, Loader, Stack, Text, TextInput } from '@mantine/core';
import { IconBulb, IconBulbFilled, IconCameraOff } from '@tabler/icons-react';
import { type SubmitEvent, type ReactNode, useState } from 'react';
import { useText } from '../../../i18n/use-text.ts';
import classes from './scan.module.css';
import { asTyping, isWhole } from './typed-code.ts';
import { useCamera } from './use-camera.ts';

interface CodeStepProps {
  /** The camera looks only while nothing is being sent. */
  readonly isLooking: boolean;
  readonly isBusy: boolean;
  readonly onCode: (code: string, typed: boolean) => void;
  readonly typed: string;
  readonly onTyped: (text: string) => void;
  /** What went wrong with the code before. */
  readonly children?: ReactNode;
}

const Camera = ({
  isLooking,
  isBusy,
  onRead,
}: {
  isLooking: boolean;
  isBusy: boolean;
  onRead: (text: string) => void;
}) => {
  const t = useText('scan');
  const camera = useCamera(isLooking, onRead);
  const isOff = camera.state !== 'on' && camera.state !== 'starting';
  return (
    <div className={classes.camera} data-off={isOff || undefined}>
      <video ref={camera.video} className={classes.video} muted playsInline aria-label={t('camera.label')} />
      {camera.state === 'on' && !isBusy && <div className={classes.finder} aria-hidden />}
      {(camera.state === 'starting' || isBusy) && (
        <div className={classes.over}>
          <Loader color="white" />
          <Text size="sm" role="status">
            {t(isBusy ? 'sending-code' : 'camera.starting')}
          </Text>
        </div>
      )}
      {isOff && (
        <div className={classes.over} role="status">
          <IconCameraOff size={30} stroke={1.5} aria-hidden />
          <Text size="sm" maw="18rem">
            {t(`camera.${camera.state}`)}
          </Text>
        </div>
      )}
      {camera.canLight && (
        <ActionIcon
          className={classes.torch ?? ''}
          size={44}
          radius="xl"
          variant="filled"
          color="dark.7"
          aria-pressed={camera.isLit}
          aria-label={t('camera.light')}
          onClick={() => void camera.light()}
        >
          {camera.isLit ? <IconBulbFilled size={20} /> : <IconBulb size={20} />}
        </ActionIcon>
      )}
    </div>
  );
};

/** The code at the gate: by camera, or typed. */
export const CodeStep = ({ isLooking, isBusy, onCode, typed, onTyped, children }: CodeStepProps) => {
  const t = useText('scan');
  const [isTried, setTried] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isWhole(typed) && !isBusy) onCode(asTyping(typed), true);
  };
  return (
    <Stack gap="md">
      <Camera isLooking={isLooking} isBusy={isBusy} onRead={(text) => onCode(text, false)} />
      {children}
      <form onSubmit={submit} noValidate>
        <TextInput
          label={t('typed.label')}
          description={t('typed.hint')}
          inputWrapperOrder={['label', 'description', 'input', 'error']}
          placeholder="XXXX-XXXX"
          size="lg"
          value={typed}
          autoComplete="off"
          autoCapitalize="characters"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="go"
          classNames={{ input: classes.typed ?? '' }}
          onChange={(event) => {
            setTried(false);
            onTyped(asTyping(event.currentTarget.value));
          }}
          error={isTried && !isWhole(typed) ? t('typed.incomplete') : null}
          rightSectionWidth={96}
          rightSection={
            <Button type="submit" size="sm" variant={isWhole(typed) ? 'filled' : 'default'} disabled={isBusy}>
              {t('typed.send')}
            </Button>
          }
        />
      </form>
    </Stack>
  );
};
