import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../api/client.ts';
import { useText } from '../../i18n/use-text.ts';
import { DeviceList } from './device-list.tsx';
import { useDeviceActs } from './use-device-acts.ts';

/** The devices of a member, for those who look after them. */
export const MemberDevices = ({ memberId, name }: { readonly memberId: string; readonly name: string }) => {
  const t = useText('devices');
  const devices = useQuery(read(routes.listDevicesOf, { params: { memberId } }));
  const actsFor = useDeviceActs();
  return (
    <DeviceList
      title={t('member.section')}
      hint={t('member.hint', { name })}
      devices={devices}
      acts={actsFor(memberId)}
    />
  );
};
