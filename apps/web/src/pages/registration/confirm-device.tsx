import type { Profile } from '@muster/contracts';
import { Button, Stack } from '@mantine/core';
import { IconCircleCheck, IconUserOff } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { homeOf } from '../../app/session.tsx';
import { Notice } from '../../components/notice.tsx';
import { useText } from '../../i18n/use-text.ts';
import { CodeField } from './code-fields.tsx';
import { CodeProblem } from './code-problem.tsx';
import { Frame } from './frame.tsx';

interface ConfirmDeviceProps {
  readonly profile: Profile;
  /** What was scanned; empty: nothing. */
  readonly token: string;
}

/** For a member who is signed in on a device that is not their own yet. */
export const ConfirmDevice = ({ profile, token }: ConfirmDeviceProps) => {
  const t = useText('registration');
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const [types, setTypes] = useState(token === '');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { displayName: name, role } = profile;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isBusy || (types && code.trim() === '')) return;
    setBusy(true);
    setError(null);
    try {
      await call(routes.confirmDevice, { body: { by: types ? { code: code.trim() } : { token } } });
      setDone(true);
      void queries.invalidateQueries();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const home = (label: string) => (
    <Button component={Link} to={homeOf(role)}>
      {label}
    </Button>
  );
  if (role !== 'member') {
    const hint = t('confirm.others-hint', { name });
    return (
      <Frame title={t('title')}>
        <Notice icon={IconUserOff} title={t('confirm.others')} hint={hint} action={home(t('go-on'))} />
      </Frame>
    );
  }
  return (
    <Frame title={t('confirm.title')} lead={t('confirm.lead', { name })}>
      {isDone ? (
        <Notice
          icon={IconCircleCheck}
          color="green"
          title={t('confirm.done')}
          hint={t('confirm.done-hint')}
          action={home(t('confirm.go-on'))}
          role="status"
        />
      ) : (
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack>
            <CodeProblem error={error} onType={types ? null : () => setTypes(true)} />
            {types && <CodeField value={code} onChange={setCode} isTried={isTried} />}
            <Button type="submit" size="md" loading={isBusy}>
              {t('confirm.verb')}
            </Button>
          </Stack>
        </form>
      )}
    </Frame>
  );
};
