import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, read, routes } from '../../api/client.ts';
import { useText } from '../../i18n/use-text.ts';
import { DeviceList } from './device-list.tsx';
import type { DeviceActs } from './device-row.tsx';

/** One’s own devices: rename them, take one out of use, lock a lost one out. */
export const OwnDevices = () => {
  const t = useText('devices');
  const queries = useQueryClient();
  const list = read(routes.listOwnDevices, {});
  const devices = useQuery(list);
  const loadAgain = () => {
    for (const { operation } of [routes.listOwnDevices, routes.listSessions])
      void queries.invalidateQueries({ queryKey: [operation] });
  };
  const acts: DeviceActs = {
    rename: async ({ deviceId }, name) => {
      await call(routes.renameOwnDevice, { params: { deviceId }, body: { name } });
      loadAgain();
    },
    revoke: async ({ deviceId }, isLost) => {
      const done = await call(routes.revokeOwnDevice, { params: { deviceId }, body: { isLost } });
      loadAgain();
      return done;
    },
  };
  return <DeviceList title={t('own.section')} hint={t('own.hint')} devices={devices} acts={acts} />;
};
