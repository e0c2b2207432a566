import type { authRoutes } from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { readProfile } from './organization-store.ts';

export const whoAmI: Verb<typeof authRoutes.whoAmI> = async (tx, _input, { actor }) => {
  const profile = await readProfile(tx, actor.userId, actor.deviceId);
  return profile ?? problem('session-ended');
};
