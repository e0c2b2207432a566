import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '@muster/contracts';
import { call, demoPassword, type Session, send, signIn } from '../../acceptance/client.ts';
import type { Target } from './fault.ts';
import { propOf } from './props.ts';

const minutesOff = 10;
const wrongForMs = 8_000;
/** How long a session that has ended may still be let in. */
const heardWithinMs = 5_000;

/** Ten minutes ahead, ten minutes behind, and right again, each in one jump. */
export const setClock =
  (service: string) =>
  async ({ props, fleet, lengthen, violated }: Target): Promise<void> => {
    const clocks = propOf(props, 'clocks');
    for (const minutes of [minutesOff, -minutesOff, 0]) {
      await clocks.set(service, minutes);
      await sleep(minutes === 0 ? 0 : wrongForMs * lengthen);
      const letIn = await letInAfterSignOut(fleet.url);
      if (letIn.length > 0)
        violated(
          `${heardWithinMs / 1000} s after its sign-out a session was let in, with the clock ${minutes} minutes ahead: ${letIn.join(', ')}`,
        );
    }
  };

/** Of four services, those that still answer a session that has ended. */
const letInAfterSignOut = async (url: string): Promise<string[]> => {
  const session = await signIn('principal@lindenhof.example', demoPassword, undefined, url);
  // All of them have seen the session, and might remember it.
  await answered(session, url);
  await call(routes.signOut, { body: {} }, session, {}, url);
  const deadline = performance.now() + heardWithinMs;
  for (;;) {
    const letIn = await answered(session, url);
    if (letIn.length === 0 || performance.now() > deadline) return letIn;
    await sleep(100);
  }
};

const answered = async (session: Session, url: string): Promise<string[]> => {
  const answers = await Promise.all(
    [routes.whoAmI, routes.listGates, routes.listPresence, routes.readBoard].map(async (route) => {
      const response = await send(route, { query: {} }, session, {}, url);
      await response.arrayBuffer();
      return response.status === 401 ? [] : [`${route.operation} ${response.status}`];
    }),
  );
  return answers.flat();
};
