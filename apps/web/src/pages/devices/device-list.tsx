import type { Device } from '@muster/contracts';
import { Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { SecuritySection } from '../security/section.tsx';
import rows from '../security/security.module.css';
import { type DeviceActs, DeviceRow } from './device-row.tsx';

/** The devices of one user, as a part of a page. */
export const DeviceList = ({
  title,
  hint,
  devices,
  acts,
}: {
  readonly title: string;
  readonly hint: string;
  readonly devices: UseQueryResult<{ items: Device[] }>;
  readonly acts: DeviceActs;
}) => {
  const t = useText('devices');
  const items = devices.data?.items ?? [];
  return (
    <SecuritySection title={title} hint={hint}>
      {devices.isPending && <LoadingBlock height={90} />}
      {devices.isError && !devices.data && <ErrorNotice error={devices.error} onRetry={() => void devices.refetch()} />}
      {devices.data && items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('none')}
        </Text>
      )}
      {items.length > 0 && (
        <ul className={rows.rows}>
          {items.map((device) => (
            <DeviceRow key={device.deviceId} device={device} acts={acts} />
          ))}
        </ul>
      )}
    </SecuritySection>
  );
};
