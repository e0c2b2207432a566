import { Button, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { isProblem } from '../../../api/problem.ts';
import { useText } from '../../../i18n/use-text.ts';
import { CodeStep } from './code-step.tsx';
import { DoneStep } from './done-step.tsx';
import { ReadyStep } from './ready-step.tsx';
import { ScanProblem } from './scan-problem.tsx';
import { useScan } from './use-scan.ts';
import { useProfile } from '../../../app/session.tsx';
import { UnboundNotice } from '../../devices/unbound-notice.tsx';

/** After these another try with the same scan is of no use. */
const isFinal = (error: unknown): boolean =>
  isProblem(error) && !error.isPassing && !isProblem(error, 'reason-required', 'still-running', 'request-invalid');

export const ScanPage = () => {
  const t = useText('scan');
  const { device } = useProfile();
  const scan = useScan();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const { stage } = scan;
  const problem = <ScanProblem error={scan.error} isKept={scan.isKept} isBusy={scan.isBusy} onRetry={scan.tryAgain} />;
  const startOver = () => {
    setTyped('');
    scan.startOver();
  };
  return (
    <Stack>
      <Title order={1}>{t(`title.${stage.kind}`)}</Title>
      {stage.kind === 'code' && !device.bound && <UnboundNotice />}
      {stage.kind === 'code' && (
        <CodeStep
          isLooking={!scan.isBusy}
          isBusy={scan.isBusy}
          isKept={scan.isKept}
          onCode={scan.takeCode}
          typed={typed}
          onTyped={setTyped}
        >
          {problem}
        </CodeStep>
      )}
      {stage.kind === 'ready' &&
        (isFinal(scan.error) ? (
          <>
            {problem}
            <Button size="lg" onClick={startOver}>
              {t('again')}
            </Button>
            <Button size="lg" variant="default" renderRoot={(root) => <Link to="/my" {...root} />}>
              {t('to-today')}
            </Button>
          </>
        ) : (
          <ReadyStep
            scanned={stage.scanned}
            isReasonRequired={stage.isReasonRequired}
            isBusy={scan.isBusy}
            isKept={scan.isKept}
            reason={reason}
            onReason={setReason}
            onPunch={(fix, why) => {
              if (stage.scanned.next.direction) scan.punch(stage.scanned, stage.scanned.next.direction, fix, why);
            }}
            onStartOver={startOver}
          >
            {problem}
          </ReadyStep>
        ))}
      {stage.kind === 'done' && <DoneStep punched={stage.punched} />}
    </Stack>
  );
};
