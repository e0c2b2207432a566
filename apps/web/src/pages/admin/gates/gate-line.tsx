import type { Gate, RouteAnswer } from '@muster/contracts';
import { Button, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconDeviceTv, IconDoor, IconExternalLink, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { useMay } from '../../../app/session.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { useWriteKey } from '../../staff/use-write-key.ts';
import { LinkButton } from '../../staff/links.tsx';
import classes from './gates.module.css';

type Kiosk = RouteAnswer<typeof routes.openKiosk>;

/** The link is shown this once; whoever has it can show valid codes. */
const KioskLink = ({ gate, kiosk, onClose }: { gate: Gate; kiosk: Kiosk; onClose: () => void }) => {
  const t = useText('admin');
  const link = new URL(kiosk.path, window.location.origin).href;
  return (
    <Modal opened onClose={onClose} title={<Text fw={620}>{t('gates.kiosk-ready', { gate: gate.name })}</Text>}>
      <Stack>
        <Text size="sm">{t('gates.kiosk-once')}</Text>
        <TextInput
          label={t('gates.kiosk-link')}
          value={link}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
        />
        <Group justify="flex-end" gap="xs">
          <CopyButton value={link}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {t(copied ? 'gates.copied' : 'gates.copy')}
              </Button>
            )}
          </CopyButton>
          <Button
            component="a"
            href={link}
            target="_blank"
            rel="noopener"
            leftSection={<IconExternalLink size={16} stroke={1.8} />}
          >
            {t('gates.kiosk-open')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

const OpenKiosk = ({ gate }: { readonly gate: Gate }) => {
  const t = useText('admin');
  const [kiosk, setKiosk] = useState<Kiosk | null>(null);
  const open = async () => setKiosk(await call(routes.openKiosk, { params: { gateId: gate.gateId } }));
  return (
    <>
      <ConfirmAction
        title={t('gates.kiosk-confirm')}
        consequence={t('gates.kiosk-consequence', { gate: gate.name })}
        verb={t('gates.kiosk-make')}
        onConfirm={open}
      >
        {(ask) => (
          <Button size="xs" variant="default" leftSection={<IconDeviceTv size={15} stroke={1.8} />} onClick={ask}>
            {t('gates.kiosk')}
          </Button>
        )}
      </ConfirmAction>
      {kiosk && <KioskLink gate={gate} kiosk={kiosk} onClose={() => setKiosk(null)} />}
    </>
  );
};

const RevokeCode = ({ gate }: { readonly gate: Gate }) => {
  const t = useText('admin');
  const keyOf = useWriteKey();
  const [times, setTimes] = useState(0);
  const revoke = async () => {
    const request = { params: { gateId: gate.gateId } };
    // Once more is another revocation; only the same press repeated is the same one.
    await call(routes.revokePrintedCode, request, { idempotencyKey: keyOf({ request, times }) });
    setTimes(times + 1);
    void notify({ text: t('gates.revoked', { gate: gate.name }) });
  };
  return (
    <ConfirmAction
      title={t('gates.revoke-title')}
      consequence={t('gates.revoke-consequence', { gate: gate.name })}
      verb={t('gates.revoke')}
      danger
      onConfirm={revoke}
    >
      {(ask) => (
        <Button size="xs" variant="subtle" color="red" onClick={ask}>
          {t('gates.revoke-short')}
        </Button>
      )}
    </ConfirmAction>
  );
};

/** One gate with what can be done there. */
export const GateLine = ({ gate }: { readonly gate: Gate }) => {
  const t = useText('admin');
  const may = useMay();
  return (
    <li className={classes.gate}>
      <span className={classes.gateName}>
        <IconDoor size={20} stroke={1.6} aria-hidden />
        <Text fw={600} size="sm">
          {gate.name}
        </Text>
      </span>
      <Group gap="xs">
        <LinkButton
          to="/print/gate/$gateId"
          params={{ gateId: gate.gateId }}
          target="_blank"
          size="xs"
          variant="default"
          leftSection={<IconPrinter size={15} stroke={1.8} />}
        >
          {t('gates.print')}
        </LinkButton>
        <OpenKiosk gate={gate} />
        {may('rules.configure') && <RevokeCode gate={gate} />}
      </Group>
    </li>
  );
};
