import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import { notify } from '../../app/notify.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';

/** What is wrong with a password, in the reader's language; null when it is something else that went wrong. */
export const usePasswordFlaw = () => {
  const t = useText('security');
  return (error: unknown): string | null => {
    if (!isProblem(error, 'password-unsuitable')) return null;
    const { flaw, minLength } = error.extra;
    return t(`password.flaw.${String(flaw)}`, { count: Number(minLength) });
  };
};

/** What was typed stays after a refusal; only the field that did not fit is said to. */
export const PasswordForm = ({ minLength, onClose }: { readonly minLength: number; readonly onClose: () => void }) => {
  const t = useText('security');
  const flawOf = usePasswordFlaw();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (current === '' || next === '' || isBusy) return;
    setBusy(true);
    setError(null);
    try {
      await call(routes.changePassword, { body: { current, next } });
      onClose();
      void notify({ text: t('password.changed') });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const isWrong = isProblem(error, 'proof-refused');
  const flaw = flawOf(error);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack maw={420}>
        {error !== null && !isWrong && flaw === null && <ErrorNotice error={error} />}
        <PasswordInput
          label={t('password.current')}
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          error={isWrong ? t('password.wrong') : isTried && current === '' ? t('password.missing') : null}
        />
        <PasswordInput
          label={t('password.next')}
          description={t('password.hint', { count: minLength })}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={flaw ?? (isTried && next === '' ? t('password.missing') : null)}
        />
        <Group>
          <Button type="submit" loading={isBusy}>
            {t('password.change')}
          </Button>
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {t('cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
