import type { LiveHappening } from '@muster/contracts';
import { ActionIcon } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { routes } from '../../../api/client.ts';
import { useLive } from '../../../api/use-live.ts';
import { useAnnounce } from '../../../app/announcer.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { showAlertToast } from './alert-toast.tsx';
import { useOpenAlerts } from './use-open-alerts.ts';
import classes from '../staff.module.css';

const AlertsDrawer = lazy(async () => ({ default: (await import('./alerts-drawer.tsx')).AlertsDrawer }));
/** Alerts that come within this time are told together. */
const gatherMs = 1_200;

type Raised = Extract<LiveHappening, { kind: 'alert-raised' }>;

/** Tells of new alerts, quietly: a sentence for the ear and one for the eye. The drawer opens only when asked to. */
const useAlertNews = (open: () => void) => {
  const t = useText('staff');
  const queries = useQueryClient();
  const announce = useAnnounce();
  const waiting = useRef<Raised[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const reload = () => {
    void queries.invalidateQueries({ queryKey: [routes.listAlerts.operation] });
    void queries.invalidateQueries({ queryKey: ['alerts'] });
  };
  const tell = () => {
    const [first, ...others] = waiting.current;
    waiting.current = [];
    reload();
    if (!first) return;
    const text = others.length === 0 ? first.sentence : t('alerts.several', { count: others.length + 1 });
    announce(t('alerts.spoken', { text }));
    void showAlertToast({ text, title: t('alerts.new'), action: t('alerts.look'), onAction: open });
  };
  useLive(
    ['alerts'],
    (happening) => {
      if (happening.kind !== 'alert-raised' && happening.kind !== 'alert-changed') return;
      if (happening.kind === 'alert-raised') waiting.current.push(happening);
      clearTimeout(timer.current);
      timer.current = setTimeout(tell, gatherMs);
    },
    { onReset: reload },
  );
};

/** The bell in the header with the number of open alerts. */
export const AlertBell = () => {
  const t = useText('staff');
  const [opened, setOpened] = useState<boolean | null>(null);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  useEffect(() => setSlot(document.getElementById('header-slot')), []);
  useAlertNews(() => setOpened(true));
  const { items, hasMore } = useOpenAlerts();
  const count = hasMore ? `${items.length}+` : String(items.length);
  return (
    <>
      {slot &&
        createPortal(
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            className={classes.bell ?? ''}
            style={{ overflow: 'visible' }}
            aria-label={t('alerts.bell', { count: items.length, shown: count })}
            onClick={() => setOpened(true)}
          >
            <IconBell size={21} stroke={1.7} />
            {items.length > 0 && (
              <span className={classes.bellCount} aria-hidden>
                {count}
              </span>
            )}
          </ActionIcon>,
          slot,
        )}
      {opened !== null && (
        <Suspense>
          <AlertsDrawer opened={opened} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
};
