import type { WaitingDevice } from '@muster/contracts';
import { Paper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../api/client.ts';
import { useMay } from '../../app/session.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { useText } from '../../i18n/use-text.ts';
import rows from '../security/security.module.css';
import { LinkText } from '../staff/links.tsx';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import { type DeviceActs, DeviceRow } from './device-row.tsx';
import { useDeviceActs } from './use-device-acts.ts';

const Waiting = ({ device, acts }: { readonly device: WaitingDevice; readonly acts: DeviceActs }) => {
  const t = useText('devices');
  const { member } = device;
  return (
    <DeviceRow device={device} acts={acts}>
      <LinkText to="/admin/people/$userId" params={{ userId: member.memberId }} size="sm" fw={600}>
        {member.displayName}
      </LinkText>
      <Text size="sm" c="dimmed">
        {[member.number, member.groupName].filter((part) => part !== null).join(' · ')}
      </Text>
      {device.state === 'of-another' && <Text size="sm">{t('waiting.another')}</Text>}
    </DeviceRow>
  );
};

/** Devices of members that wait until somebody who knows them approves them. */
export const WaitingDevicesPage = () => {
  const t = useText('devices');
  const may = useMay();
  const isPermitted = may('devices.manage');
  const waiting = useQuery({ ...read(routes.listWaitingDevices, {}), enabled: isPermitted, refetchInterval: 30_000 });
  const actsFor = useDeviceActs();
  const content = () => {
    if (!isPermitted) return <NoPermission what={t('waiting.what')} />;
    if (waiting.isPending) return <LoadingBlock />;
    if (!waiting.data) return <ErrorNotice error={waiting.error} onRetry={() => void waiting.refetch()} />;
    const { items } = waiting.data;
    if (items.length === 0) return <EmptyNotice title={t('waiting.empty')} hint={t('waiting.empty-hint')} />;
    return (
      <Paper>
        <ul className={rows.rows}>
          {items.map((device) => (
            <Waiting
              key={`${device.member.memberId} ${device.deviceId}`}
              device={device}
              acts={actsFor(device.member.memberId)}
            />
          ))}
        </ul>
      </Paper>
    );
  };
  return (
    <div className={`${staff.page} ${staff.reading}`}>
      <PageHead title={t('waiting.title')} lead={t('waiting.lead')} />
      {content()}
    </div>
  );
};
