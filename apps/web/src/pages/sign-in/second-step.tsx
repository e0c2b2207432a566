import type { SignInStep, Tokens } from '@muster/contracts';
import { Anchor, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconDeviceMobile, IconFingerprint } from '@tabler/icons-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { askForPasskey, makePasskey, supportsPasskeys } from '../../api/passkeys.ts';
import { isProblem } from '../../api/problem.ts';
import { beginSetUp, enter, finishSetUp, finishSignIn, type SecondFactor } from '../../api/second-step.ts';
import { deviceName } from '../../api/session-store.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useText } from '../../i18n/use-text.ts';
import { RecoveryCodes } from '../security/recovery-codes.tsx';
import { TotpSetUp } from '../security/totp-set-up.tsx';

interface StepProps {
  readonly step: SignInStep;
  /** Back to identifier and password. */
  readonly onBack: () => void;
}

/** One try at a time; what went wrong stays until the next one. */
const useAttempt = () => {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, attempt };
};

const StepProblem = ({ error, onBack }: { readonly error: unknown; readonly onBack: () => void }) => {
  const t = useText('security');
  if (error === null) return null;
  return (
    <ErrorNotice error={error}>
      {isProblem(error, 'step-ended') && (
        <Button size="xs" variant="default" onClick={onBack}>
          {t('second-step.back')}
        </Button>
      )}
    </ErrorNotice>
  );
};

const Heading = ({ title, hint }: { readonly title: string; readonly hint: string }) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div>
      <Title order={2} size="h3" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
        {title}
      </Title>
      <Text size="sm" c="dimmed">
        {hint}
      </Text>
    </div>
  );
};

const Prove = ({ step, onBack }: StepProps) => {
  const t = useText('security');
  const hasTotp = step.factors.includes('totp');
  const [kind, setKind] = useState<'code' | 'recovery-code' | 'passkey'>(hasTotp ? 'code' : 'passkey');
  const [typed, setTyped] = useState('');
  const { isBusy, error, attempt } = useAttempt();
  const send = (proof: SecondFactor) => attempt(() => finishSignIn(step.challenge, proof).finally(() => setTyped('')));
  const byPasskey = () =>
    attempt(async () => {
      const response = step.passkey && (await askForPasskey(step.passkey));
      if (response) await finishSignIn(step.challenge, { kind: 'passkey', response });
    });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (kind !== 'passkey' && typed.trim() !== '') void send({ kind, code: typed });
  };
  const canUsePasskey = step.passkey !== null && supportsPasskeys();
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Heading
          title={t('second-step.title')}
          hint={
            kind === 'code'
              ? t('second-step.code')
              : kind === 'passkey'
                ? t('passkey.section-hint')
                : t('codes.section-hint')
          }
        />
        <StepProblem error={error} onBack={onBack} />
        {kind !== 'passkey' && (
          <>
            <TextInput
              key={kind}
              label={kind === 'code' ? t('code.label') : t('second-step.recovery')}
              {...(kind === 'code'
                ? { inputMode: 'numeric' as const }
                : { description: t('second-step.recovery-hint') })}
              autoComplete="one-time-code"
              maxLength={kind === 'code' ? 7 : 30}
              autoFocus
              size="md"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Button type="submit" size="md" loading={isBusy}>
              {t('second-step.finish')}
            </Button>
          </>
        )}
        {canUsePasskey && (
          <Button
            size="md"
            variant={kind === 'passkey' ? 'filled' : 'default'}
            leftSection={<IconFingerprint size={18} stroke={1.7} />}
            disabled={isBusy}
            onClick={() => void byPasskey()}
          >
            {t('second-step.use-passkey')}
          </Button>
        )}
        {kind !== 'recovery-code' ? (
          <Anchor component="button" type="button" size="sm" ta="left" onClick={() => setKind('recovery-code')}>
            {t('second-step.use-recovery')}
          </Anchor>
        ) : (
          hasTotp && (
            <Anchor component="button" type="button" size="sm" ta="left" onClick={() => setKind('code')}>
              {t('second-step.use-code')}
            </Anchor>
          )
        )}
        <Anchor component="button" type="button" size="sm" ta="left" onClick={onBack}>
          {t('second-step.back')}
        </Anchor>
      </Stack>
    </form>
  );
};

interface Done {
  readonly tokens: Tokens;
  readonly recoveryCodes: readonly string[] | null;
}

const SetUp = ({ step, onBack }: StepProps) => {
  const t = useText('security');
  const { isBusy, error, attempt } = useAttempt();
  const [totp, setTotp] = useState<{ readonly secret: string; readonly uri: string } | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const goOn = (finished: Done) => (finished.recoveryCodes ? setDone(finished) : enter(finished.tokens));
  const byPasskey = () =>
    attempt(async () => {
      const { passkey } = await beginSetUp(step.challenge, 'passkey');
      const response = passkey && (await makePasskey(passkey));
      if (!response) return;
      goOn(await finishSetUp(step.challenge, { kind: 'passkey', name: deviceName().slice(0, 60), response }));
    });
  const byTotp = () => attempt(async () => setTotp((await beginSetUp(step.challenge, 'totp')).totp));
  if (done?.recoveryCodes) return <RecoveryCodes codes={done.recoveryCodes} onDone={() => enter(done.tokens)} />;
  return (
    <Stack>
      <Heading title={t('second-step.set-up-title')} hint={t('second-step.set-up-why')} />
      <StepProblem error={error} onBack={onBack} />
      {totp ? (
        <TotpSetUp
          totp={totp}
          onCode={async (code) => goOn(await finishSetUp(step.challenge, { kind: 'totp', code }))}
          onCancel={() => setTotp(null)}
        />
      ) : (
        <>
          {supportsPasskeys() && (
            <div>
              <Button
                fullWidth
                size="md"
                loading={isBusy}
                leftSection={<IconFingerprint size={18} stroke={1.7} />}
                onClick={() => void byPasskey()}
              >
                {t('second-step.choose-passkey')}
              </Button>
              <Text size="sm" c="dimmed" mt={4}>
                {t('second-step.choose-passkey-hint')}
              </Text>
            </div>
          )}
          <div>
            <Button
              fullWidth
              size="md"
              variant="default"
              disabled={isBusy}
              leftSection={<IconDeviceMobile size={18} stroke={1.7} />}
              onClick={() => void byTotp()}
            >
              {t('second-step.choose-totp')}
            </Button>
            <Text size="sm" c="dimmed" mt={4}>
              {t('second-step.choose-totp-hint')}
            </Text>
          </div>
          <Anchor component="button" type="button" size="sm" ta="left" onClick={onBack}>
            {t('second-step.back')}
          </Anchor>
        </>
      )}
    </Stack>
  );
};

/** What follows the password for those who have, or need, a second factor. */
export const SecondStep = (props: StepProps) =>
  props.step.step === 'prove' ? <Prove {...props} /> : <SetUp {...props} />;
