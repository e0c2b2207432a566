import type { attendanceRoutes, RouteAnswer } from '@muster/contracts';
import { useEffect, useState } from 'react';
import { call, routes } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import { deviceNowMs } from '../../app/clock.ts';
import { type Anchor, anchorOf, codeAt, type GateTime, gateTime } from './gate-clock.ts';

type Answer = RouteAnswer<typeof attendanceRoutes.readKioskCodes>;

export interface Kiosk {
  /** `unlinked`: the link is not (or no longer) good; `silent`: the server has not answered lately. */
  readonly network: 'starting' | 'fine' | 'silent' | 'unlinked';
  readonly gate: Pick<Answer, 'gateName' | 'siteName' | 'timeZone' | 'stepMs'> | null;
  readonly time: GateTime | null;
  /** What is to be shown now; null where nothing that is shown would be valid. */
  readonly code: Answer['codes'][number] | null;
  /** When the server last answered, by its own clock. */
  readonly heardAtMs: number | null;
}

const askEveryMs = 30_000;
const askAgainMs = 4_000;
const askUnlinkedMs = 60_000;
const patienceMs = 8_000;

const readClocks = () => ({ monotonicMs: performance.now(), deviceMs: deviceNowMs() });

interface Known {
  readonly answer: Answer;
  readonly anchor: Anchor;
}

/** Asks for the codes of the next two minutes, for as long as the page lives. */
const askForever = (secret: string, onAnswer: (known: Known) => void, onFailure: (isUnlinked: boolean) => void) => {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking || isOver) return;
    isAsking = true;
    clearTimeout(timer);
    const asked = readClocks();
    let nextMs = askEveryMs;
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const answer = await call(routes.readKioskCodes, {}, { authorization: `Kiosk ${secret}`, signal });
      if (!isOver) onAnswer({ answer, anchor: anchorOf(Date.parse(answer.serverAt), asked, readClocks()) });
    } catch (error) {
      const isUnlinked = isProblem(error, 'not-signed-in', 'not-permitted', 'not-found');
      nextMs = isUnlinked ? askUnlinkedMs : askAgainMs;
      if (!isOver) onFailure(isUnlinked);
    } finally {
      isAsking = false;
    }
    if (!isOver) timer = setTimeout(() => void ask(), nextMs);
  };
  const now = () => void ask();
  const back = () => {
    if (document.visibilityState === 'visible') now();
  };
  window.addEventListener('online', now);
  document.addEventListener('visibilitychange', back);
  void ask();
  return {
    now,
    stop: () => {
      isOver = true;
      clearTimeout(timer);
      window.removeEventListener('online', now);
      document.removeEventListener('visibilitychange', back);
    },
  };
};

/** The state of the screen at a gate, renewed at every full second of the server's clock. */
export const useKiosk = (secret: string): Kiosk => {
  const [known, setKnown] = useState<Known | null>(null);
  const [failure, setFailure] = useState<'none' | 'silent' | 'unlinked'>('none');
  const [clocks, setClocks] = useState(readClocks);

  useEffect(() => {
    if (secret === '') {
      setFailure('unlinked');
      return undefined;
    }
    let anchor: Anchor | null = null;
    const asking = askForever(
      secret,
      (heard) => {
        anchor = heard.anchor;
        setKnown(heard);
        setFailure('none');
        setClocks(readClocks());
      },
      (isUnlinked) => setFailure(isUnlinked ? 'unlinked' : 'silent'),
    );
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const now = readClocks();
      const time = anchor && gateTime(anchor, now);
      if (time && !time.isSure) asking.now();
      setClocks(now);
      timer = setTimeout(tick, 1_000 - ((((time?.nowMs ?? now.deviceMs) % 1_000) + 1_000) % 1_000) + 5);
    };
    tick();
    return () => {
      clearTimeout(timer);
      asking.stop();
    };
  }, [secret]);

  const time = known && gateTime(known.anchor, clocks);
  return {
    network: failure === 'none' ? (known ? 'fine' : 'starting') : failure,
    gate: known?.answer ?? null,
    time,
    code: known && time?.isSure && failure !== 'unlinked' ? codeAt(known.answer.codes, time.nowMs) : null,
    heardAtMs: known ? known.anchor.serverMs : null,
  };
};
