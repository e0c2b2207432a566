import type { Device, DeviceState } from '@muster/contracts';
import { Badge, Button, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { notify } from '../../app/notify.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { RenameDialog } from './rename-dialog.tsx';

/** What can be done with a device; each resolves when it is done, and throws what the server says. */
export interface DeviceActs {
  rename(device: Device, name: string): Promise<unknown>;
  revoke(device: Device, isLost: boolean): Promise<{ sessionsEnded: number }>;
  /** Absent: nobody approves their own device. */
  approve?: (device: Device) => Promise<unknown>;
}

const colors: Record<DeviceState, string> = {
  own: 'petrol',
  waiting: 'orange',
  'of-another': 'orange',
  keyless: 'gray',
  'signed-in': 'gray',
  revoked: 'gray',
};

/** Letters and digits enough to tell two keys apart when they are read out. */
const shownOfKey = 8;

/** A device: which one it is, since when, and what is to do about it. */
export const DeviceRow = ({
  device,
  acts,
  children,
}: {
  readonly device: Device;
  readonly acts: DeviceActs;
  /** Above its name: whose it is, where that is not plain. */
  readonly children?: ReactNode;
}) => {
  const t = useText('devices');
  const formats = useFormats();
  const { name, state, keyThumbprint } = device;
  return (
    <li>
      <Group justify="space-between" gap="sm">
        <div style={{ minWidth: 0, flex: '1 1 16rem' }}>
          {children}
          <Group gap="xs">
            <Text fw={560} size="sm" truncate>
              {name}
            </Text>
            <Badge
              variant="light"
              size="sm"
              color={colors[state]}
              styles={{ label: { color: 'var(--mantine-color-text)' } }}
            >
              {t(`state.${state}`)}
            </Badge>
            {device.isThis && (
              <Badge variant="outline" size="sm">
                {t('this')}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {device.approvedAt === null
              ? t('first', { day: formats.day(device.firstSeenAt) })
              : t('since', { day: formats.day(device.approvedAt) })}{' '}
            · {t('used')} <RelativeTime at={device.lastSeenAt} />
            {keyThumbprint !== null && ` · ${t('key', { thumbprint: keyThumbprint.slice(0, shownOfKey) })}`}
          </Text>
        </div>
        <DeviceButtons device={device} acts={acts} />
      </Group>
    </li>
  );
};

const DeviceButtons = ({ device, acts }: { readonly device: Device; readonly acts: DeviceActs }) => {
  const t = useText('devices');
  const { name, state } = device;
  const [isRenaming, setRenaming] = useState(false);
  const revoke = async (isLost: boolean) => {
    const { sessionsEnded } = await acts.revoke(device, isLost);
    void notify({ text: t('revoke.done', { count: sessionsEnded }) });
  };
  if (state === 'revoked') return null;
  const isWaiting = acts.approve !== undefined && (state === 'waiting' || state === 'of-another');
  return (
    <Group gap="xs">
      {acts.approve && state === 'waiting' && <ApproveButton device={device} approve={acts.approve} />}
      {!isWaiting && (
        <Button variant="default" size="xs" aria-label={t('rename.open', { name })} onClick={() => setRenaming(true)}>
          {t('rename.verb')}
        </Button>
      )}
      <RevokeButton kind={isWaiting ? 'refuse' : 'revoke'} name={name} onConfirm={() => revoke(false)} />
      {!isWaiting && <RevokeButton kind="lost" name={name} onConfirm={() => revoke(true)} />}
      {isRenaming && (
        <RenameDialog
          name={name}
          onRename={async (next) => {
            await acts.rename(device, next);
            void notify({ text: t('rename.done') });
          }}
          onClose={() => setRenaming(false)}
        />
      )}
    </Group>
  );
};

const RevokeButton = ({
  kind,
  name,
  onConfirm,
}: {
  readonly kind: 'refuse' | 'revoke' | 'lost';
  readonly name: string;
  readonly onConfirm: () => Promise<void>;
}) => {
  const t = useText('devices');
  return (
    <ConfirmAction
      title={t(`${kind}.title`, { name })}
      consequence={t(`${kind}.consequence`)}
      verb={kind === 'lost' ? t('lost.confirm') : t(`${kind}.verb`)}
      danger
      onConfirm={onConfirm}
    >
      {(open) => (
        <Button variant="default" size="xs" aria-label={t(`${kind}.open`, { name })} onClick={open}>
          {t(`${kind}.verb`)}
        </Button>
      )}
    </ConfirmAction>
  );
};

const ApproveButton = ({
  device,
  approve,
}: {
  readonly device: Device;
  readonly approve: (device: Device) => Promise<unknown>;
}) => {
  const t = useText('devices');
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      await approve(device);
      void notify({ text: t('approve.done') });
    } catch (failure) {
      void notify({ text: failure instanceof Error ? failure.message : String(failure), kind: 'failed' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button size="xs" loading={isBusy} aria-label={t('approve.open', { name: device.name })} onClick={() => void run()}>
      {t('approve.verb')}
    </Button>
  );
};
