import type { RegistrationCode, RouteAnswer, SignInStep } from '@muster/contracts';
import { Anchor, Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, type SubmitEvent, Suspense, useEffect, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { register } from '../../api/registration.ts';
import { stepOf } from '../../api/second-step.ts';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { usePasswordFlaw } from '../security/password-form.tsx';
import { CodeField, OrganizationField } from './code-fields.tsx';
import { CodeProblem } from './code-problem.tsx';
import { Frame } from './frame.tsx';

const SecondStep = lazy(async () => ({ default: (await import('../sign-in/second-step.tsx')).SecondStep }));

type Registrant = RouteAnswer<typeof routes.readRegistration>;
interface Opened {
  readonly by: RegistrationCode;
  readonly who: Registrant;
}

interface TypeCodeProps {
  readonly onOpened: (opened: Opened) => void;
}

const TypeCode = ({ onOpened }: TypeCodeProps) => {
  const t = useText('registration');
  const [organization, setOrganization] = useState('');
  const [code, setCode] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    const by = { organization: organization.trim(), code: code.trim() };
    if (isBusy || by.organization === '' || by.code === '') return;
    setBusy(true);
    setError(null);
    try {
      onOpened({ by, who: await call(routes.readRegistration, { body: { by } }) });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <CodeProblem error={error} onType={null} />
        <OrganizationField value={organization} onChange={setOrganization} isTried={isTried} />
        <CodeField value={code} onChange={setCode} isTried={isTried} />
        <Button type="submit" size="md" loading={isBusy}>
          {t('go-on')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('scan-hint')}
        </Text>
      </Stack>
    </form>
  );
};

interface FinishProps {
  readonly opened: Opened;
  readonly onDone: () => void;
  readonly onStep: (step: SignInStep) => void;
}

/** The password, where there is none or it was forgotten, and then in. */
const Finish = ({ opened: { by, who }, onDone, onStep }: FinishProps) => {
  const t = useText('registration');
  const words = useText('security');
  const flawOf = usePasswordFlaw();
  const [chooses, setChooses] = useState(who.needsPassword);
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (isBusy || (chooses && password === '')) return;
    setBusy(true);
    setError(null);
    onDone();
    try {
      await register(by, chooses ? password : null);
    } catch (failure) {
      setBusy(false);
      const step = stepOf(failure);
      if (step) return onStep(step);
      setError(failure);
    }
  };
  const flaw = flawOf(error);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <CodeProblem error={flaw === null ? error : null} onType={null} />
        <Text size="sm">{t(chooses ? 'choose' : 'has-password')}</Text>
        {chooses && (
          <PasswordInput
            label={words('password.next')}
            description={words('password.hint', { count: who.minLength })}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="new-password"
            autoFocus
            size="md"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={flaw ?? (isTried && password === '' ? words('password.missing') : null)}
          />
        )}
        {!who.needsPassword && (
          <Anchor component="button" type="button" size="sm" py={4} ta="left" onClick={() => setChooses(!chooses)}>
            {t(chooses ? 'keep' : 'forgotten')}
          </Anchor>
        )}
        <Button type="submit" size="md" loading={isBusy}>
          {t('register')}
        </Button>
      </Stack>
    </form>
  );
};

/** What was scanned is looked at by itself. */
const useScanned = (token: string, onOpened: (opened: Opened) => void) => {
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    const by = { token };
    if (token === '') return;
    setError(null);
    call(routes.readRegistration, { body: { by } }, { signal: abort.signal }).then(
      (who) => onOpened({ by, who }),
      (failure: unknown) => {
        if (!abort.signal.aborted) setError(failure);
      },
    );
    return () => abort.abort();
  }, [token, onOpened]);
  return error;
};

interface RegistrationProps {
  /** What was scanned; empty: nothing. */
  readonly token: string;
  /** The code is about to be used: who is signed in from now on is who it is for. */
  readonly onDone: () => void;
}

/** From a code to a signed-in member: the code, who it is for, a password where one is needed. */
export const Registration = ({ token, onDone }: RegistrationProps) => {
  const t = useText('registration');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [step, setStep] = useState<SignInStep | null>(null);
  const [types, setTypes] = useState(token === '');
  const scanError = useScanned(types ? '' : token, setOpened);
  const startAgain = () => {
    setOpened(null);
    setStep(null);
    setTypes(true);
  };
  const lead = opened
    ? t('for', { name: opened.who.displayName, organization: opened.who.organizationName })
    : t('lead');
  return (
    <Frame
      title={t('title')}
      lead={lead}
      below={
        <Group justify="space-between">
          <Anchor component={Link} to="/sign-in" size="sm" py={4}>
            {t('to-sign-in')}
          </Anchor>
          {opened && (
            <Anchor component="button" type="button" size="sm" py={4} onClick={startAgain}>
              {t('not-you')}
            </Anchor>
          )}
        </Group>
      }
    >
      {step ? (
        <Suspense fallback={<LoadingBlock height={240} />}>
          <SecondStep step={step} onBack={startAgain} />
        </Suspense>
      ) : opened ? (
        <Finish opened={opened} onDone={onDone} onStep={setStep} />
      ) : types ? (
        <TypeCode onOpened={setOpened} />
      ) : scanError === null ? (
        <LoadingBlock height={180} />
      ) : (
        <CodeProblem error={scanError} onType={() => setTypes(true)} />
      )}
    </Frame>
  );
};
