import type { attendanceRoutes, Direction, RouteAnswer, RouteRequest } from '@muster/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { newId } from '../../../api/ids.ts';
import { isProblem, ProblemError } from '../../../api/problem.ts';
import { deviceNowMs } from '../../../app/clock.ts';
import { useProfile } from '../../../app/session.tsx';
import type { Today } from '../today/day-phase.ts';
import { todayKey } from '../today/use-today.ts';
import type { PunchFix } from './position.ts';

export type Scanned = RouteAnswer<typeof attendanceRoutes.scan>;
export type Punched = RouteAnswer<typeof attendanceRoutes.enter>;
type PunchBody = RouteRequest<typeof attendanceRoutes.enter>['body'];

export type ScanStage =
  | { readonly kind: 'code' }
  | { readonly kind: 'ready'; readonly scanned: Scanned; readonly isReasonRequired: boolean }
  | { readonly kind: 'done'; readonly punched: Punched };

/** A write that has to reach the server in exactly this form, however often it is tried. */
type Pending =
  | { readonly kind: 'scan'; readonly code: string }
  | { readonly kind: 'punch'; readonly direction: Direction; readonly body: PunchBody; readonly key: string };

const tryAgainMs = 5_000;

const deviceKey = () => import('../../../api/device-key.ts');

/** As the server would say it; the words stand with the other problems. */
const notAGateCode = (): ProblemError =>
  new ProblemError({ code: 'code-malformed', status: 422, title: 'This is not a gate code', advice: '' });

/** What was read by the camera and cannot be a code of a gate is not worth a question to the server. */
const isForeign = (code: string): boolean => !/MUSTER1/i.test(code);

/** From the code at the gate to the punch. One thing is under way at a time, and what could not be sent is kept. */
export const useScan = () => {
  const queries = useQueryClient();
  const { userId, organization } = useProfile();
  const [stage, setStage] = useState<ScanStage>({ kind: 'code' });
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [kept, setKept] = useState<Pending | null>(null);
  const isUnderWay = useRef(false);
  const refused = useRef('');

  const learn = (punched: Punched) => {
    queries.setQueryData<Today>(todayKey(userId), (today) => today && { ...today, day: punched.day });
    for (const queryKey of [todayKey(userId), ['timeline', userId], ['month', userId]]) {
      void queries.invalidateQueries({ queryKey });
    }
  };

  const perform = async (pending: Pending): Promise<void> => {
    if (pending.kind === 'scan') {
      const scanned = await call(routes.scan, { body: { code: pending.code } });
      setStage({ kind: 'ready', scanned, isReasonRequired: scanned.next.reasonRequired });
      return;
    }
    const route = pending.direction === 'ENTER' ? routes.enter : routes.exit;
    const punched = await call(route, { body: pending.body }, { idempotencyKey: pending.key });
    navigator.vibrate?.(60);
    setStage({ kind: 'done', punched });
    learn(punched);
  };

  const run = async (pending: Pending): Promise<void> => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    setBusy(true);
    try {
      await perform(pending);
      setKept(null);
      setError(null);
    } catch (failure) {
      setError(failure);
      const isPassing = isProblem(failure) && (failure.isPassing || failure.code === 'still-running');
      setKept(isPassing ? pending : null);
      if (!isPassing && pending.kind === 'scan') refused.current = pending.code;
      if (isProblem(failure, 'device-proof-refused')) await (await deviceKey()).forgetDevice();
      if (isProblem(failure, 'reason-required')) {
        setStage((now) => (now.kind === 'ready' ? { ...now, isReasonRequired: true } : now));
      }
    } finally {
      isUnderWay.current = false;
      setBusy(false);
    }
  };

  // Without a network it is tried again: when the network says that it is back, and every few seconds.
  const tryKept = useEffectEvent(() => {
    if (kept) void run(kept);
  });
  useEffect(() => {
    if (!kept) return undefined;
    const again = () => tryKept();
    const timer = setInterval(again, tryAgainMs);
    window.addEventListener('online', again);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', again);
    };
  }, [kept]);

  return {
    stage,
    isBusy,
    error,
    isKept: kept !== null,
    /** A camera sees the same code many times a second: a refused one is not asked about again. */
    takeCode: (code: string, isTyped: boolean) => {
      if (isUnderWay.current || kept || (!isTyped && code === refused.current)) return;
      if (!isTyped && isForeign(code)) {
        refused.current = code;
        setError(notAGateCode());
        return;
      }
      setError(null);
      void run({ kind: 'scan', code });
    },
    punch: (scanned: Scanned, direction: Direction, fix: PunchFix | null, reason: string) => {
      setError(null);
      const deviceAt = new Date(deviceNowMs()).toISOString();
      const said = { nonce: scanned.nonce, fix, deviceAt, ...(reason === '' ? {} : { reason }) };
      void (async () => {
        const { signPunch } = await deviceKey();
        const by = { orgId: organization.id, memberId: userId, direction };
        const signature = await signPunch({ ...by, ...said });
        const body = signature === null ? said : { ...said, signature };
        await run({ kind: 'punch', direction, body, key: newId() });
      })();
    },
    tryAgain: () => {
      if (kept) void run(kept);
    },
    startOver: () => {
      refused.current = '';
      setKept(null);
      setError(null);
      setStage({ kind: 'code' });
    },
  };
};
