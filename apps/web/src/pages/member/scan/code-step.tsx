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
  /** A code is kept until the network is back; there is nothing to look for. */
  readonly isKept: boolean;
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
  const { video, state, canLight, isLit, light } = useCamera(isLooking, onRead);
  const isOff = state !== 'on' && state !== 'starting';
  return (
    <div className={classes.camera} data-off={isOff || undefined}>
      <video ref={video} className={classes.video} muted playsInline aria-label={t('camera.label')} />
      {state === 'on' && !isBusy && <div className={classes.finder} aria-hidden />}
      {(state === 'starting' || isBusy) && (
        <div className={classes.over}>
          <Loader color="white" />
          <Text size="sm" role="status">
            {t(isBusy ? 'sending-code' : 'camera.starting')}
          </Text>
        </div>
      )}
      {isOff && !isBusy && (
        <div className={classes.over} role="status">
          <IconCameraOff size={30} stroke={1.5} aria-hidden />
          <Text size="sm" maw="18rem">
            {t(`camera.${state}`)}
          </Text>
        </div>
      )}
      {canLight && (
        <ActionIcon
          className={classes.torch ?? ''}
          size={44}
          radius="xl"
          variant="filled"
          color="dark.7"
          aria-pressed={isLit}
          aria-label={t('camera.light')}
          onClick={() => void light()}
        >
          {isLit ? <IconBulbFilled size={20} /> : <IconBulb size={20} />}
        </ActionIcon>
      )}
    </div>
  );
};

/** The code at the gate: by camera, or typed. */
export const CodeStep = ({ isLooking, isBusy, isKept, onCode, typed, onTyped, children }: CodeStepProps) => {
  const t = useText('scan');
  const [isTried, setTried] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isWhole(typed) && !isBusy && !isKept) onCode(asTyping(typed), true);
  };
  return (
    <Stack gap="md">
      {!isKept && <Camera isLooking={isLooking} isBusy={isBusy} onRead={(text) => onCode(text, false)} />}
      {children}
      <form onSubmit={submit} noValidate className={classes.form}>
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
        />
        <Button type="submit" size="lg" variant={isWhole(typed) ? 'filled' : 'default'} disabled={isBusy || isKept}>
          {t('typed.send')}
        </Button>
      </form>
    </Stack>
  );
};
