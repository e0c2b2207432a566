import type { MemberCard, Punch } from '@muster/contracts';
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { useWriteKey } from '../use-write-key.ts';
import classes from '../staff.module.css';

export interface Held {
  readonly member: MemberCard;
  readonly punch: Punch;
}

interface DecideDialogProps {
  readonly held: Held;
  readonly accept: boolean;
  readonly onClose: () => void;
  readonly onDecided: () => void;
}

const suggestions = {
  true: ['seen', 'weak-signal', 'new-phone'],
  false: ['not-here', 'other-person', 'talked'],
} as const;
const shortest = 3;

/** Accept or refuse, with the reason that the member and the log will keep. What was typed stays after an error. */
export const DecideDialog = ({ held, accept, onClose, onDecided }: DecideDialogProps) => {
  const t = useText('staff');
  const formats = useFormats();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const keyOf = useWriteKey();
  const isShort = reason.trim().length < shortest;
  const verb = accept ? 'accept' : 'refuse';
  const { member, punch } = held;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isShort) return;
    setBusy(true);
    setError(null);
    try {
      const request = { params: { punchId: punch.punchId }, body: { accept, reason: reason.trim() } };
      await call(routes.decidePunch, request, { idempotencyKey: keyOf(request) });
      onDecided();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={() => !busy && onClose()} title={<Text fw={620}>{t(`held.${verb}-title`)}</Text>}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Stack>
          <Text size="sm">
            {t(`held.${verb}-${punch.direction}`, {
              name: member.displayName,
              time: formats.time(punch.occurredAt, member.timeZone),
            })}
          </Text>
          <Textarea
            label={t('held.reason')}
            description={t('held.reason-hint')}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
            error={tried && isShort ? t('held.reason-missing') : null}
          />
          <div className={classes.suggestions} role="group" aria-label={t('purpose.suggestions')}>
            {suggestions[`${accept}`].map((key) => (
              <Button key={key} size="compact-sm" variant="default" onClick={() => setReason(t(`held.suggest.${key}`))}>
                {t(`held.suggest.${key}`)}
              </Button>
            ))}
          </div>
          {error !== null && <ErrorNotice error={error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose} disabled={busy}>
              {t('purpose.back')}
            </Button>
            <Button type="submit" loading={busy} {...(accept ? {} : { color: 'red.8' })}>
              {t(`held.${verb}`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
