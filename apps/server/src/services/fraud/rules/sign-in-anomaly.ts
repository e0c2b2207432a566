import type { EventPayload } from '@muster/contracts';
import type { Signal } from './signals.ts';

type Anomaly = Pick<EventPayload<'auth.sign-in-anomaly'>, 'userId' | 'deviceId' | 'sessionId' | 'kind'>;

/**
 * What an unusual sign-in weighs: travel that no airliner makes is impossible travel, whoever noticed it; a device on
 * which many sign in and an account on several devices are one matter, that of who holds which phone. A new country
 * alone weighs nothing: people travel, and their user has been told.
 */
export const weighAnomaly = ({
  userId,
  deviceId,
  sessionId,
  kind,
}: Anomaly): Pick<Signal, 'kind' | 'causeKey' | 'facts'> | null => {
  switch (kind) {
    case 'impossible-travel':
      return { kind: 'impossible-travel', causeKey: `sign-in-travel:${userId}`, facts: { sessionId } };
    case 'many-accounts':
      return { kind: 'several-devices', causeKey: `shared-device:${deviceId}`, facts: { sessionId, deviceId } };
    case 'new-country':
      return null;
  }
};
