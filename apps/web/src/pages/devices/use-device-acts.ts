import { useQueryClient } from '@tanstack/react-query';
import { call, routes } from '../../api/client.ts';
import { useWriteKey } from '../staff/use-write-key.ts';
import type { DeviceActs } from './device-row.tsx';

/** What those who look after members do about their devices. */
export const useDeviceActs = (): ((memberId: string) => DeviceActs) => {
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const loadAgain = () => {
    for (const { operation } of [routes.listDevicesOf, routes.listWaitingDevices, routes.listHeldPunches])
      void queries.invalidateQueries({ queryKey: [operation] });
  };
  return (memberId) => ({
    rename: async ({ deviceId }, name) => {
      await call(routes.renameDevice, { params: { memberId, deviceId }, body: { name } });
      loadAgain();
    },
    revoke: async ({ deviceId }, isLost) => {
      const done = await call(routes.revokeDevice, { params: { memberId, deviceId }, body: { isLost } });
      loadAgain();
      return done;
    },
    approve: async ({ deviceId, lastSeenAt }) => {
      const params = { memberId, deviceId };
      await call(routes.approveDevice, { params }, { idempotencyKey: keyOf([params, lastSeenAt]) });
      loadAgain();
    },
  });
};
