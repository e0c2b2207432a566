import type { RouteAnswer, Site } from '@muster/contracts';
import { Group, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { IconBellCheck, IconHandStop } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { read, routes } from '../../api/client.ts';
import { useLive } from '../../api/use-live.ts';
import { useNow } from '../../app/clock.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { AlertCard } from '../staff/alerts/alert-card.tsx';
import { useOpenAlerts } from '../staff/alerts/use-open-alerts.ts';
import { boardRows, type BoardRow } from '../staff/board/board-state.ts';
import { BoardStrip } from '../staff/board/board-strip.tsx';
import { PageHead } from '../staff/page-head.tsx';
import { LinkButton, LinkText } from '../staff/links.tsx';
import staff from '../staff/staff.module.css';
import classes from './admin.module.css';

const shown = 3;
type Held = RouteAnswer<typeof routes.listHeldPunches>['items'][number];

const Section = ({ title, more, children }: { title: string; more: ReactNode; children: ReactNode }) => (
  <section aria-label={title}>
    <Group justify="space-between" mb="xs" wrap="nowrap">
      <Title order={2}>{title}</Title>
      {more}
    </Group>
    {children}
  </section>
);

const Calm = ({ icon: Icon, text }: { readonly icon: typeof IconHandStop; readonly text: string }) => (
  <Paper>
    <Group gap="sm" wrap="nowrap" c="dimmed">
      <Icon size={20} stroke={1.6} aria-hidden />
      <Text size="sm">{text}</Text>
    </Group>
  </Paper>
);

const OpenAlerts = () => {
  const t = useText('staff');
  const own = useText('admin');
  const alerts = useOpenAlerts();
  const count = `${alerts.items.length}${alerts.hasMore ? '+' : ''}`;
  return (
    <Section
      title={alerts.items.length > 0 ? own('overview.alerts-count', { count }) : t('alerts.open')}
      more={
        <LinkText to="/staff/alerts" size="sm">
          {t('alerts.all')}
        </LinkText>
      }
    >
      {alerts.isPending ? (
        <LoadingBlock height={90} />
      ) : alerts.error ? (
        <ErrorNotice error={alerts.error} onRetry={() => void alerts.refetch()} />
      ) : alerts.items.length === 0 ? (
        <Calm icon={IconBellCheck} text={t('alerts.none-open')} />
      ) : (
        <ul className={staff.cards}>
          {alerts.items.slice(0, shown).map((alert) => (
            <AlertCard key={alert.alertId} alert={alert} />
          ))}
        </ul>
      )}
    </Section>
  );
};

const HeldLine = ({ held }: { readonly held: Held }) => {
  const t = useText('staff');
  const formats = useFormats();
  const { member, punch } = held;
  return (
    <li className={staff.card}>
      <span className={staff.cardMark} data-tone="late">
        <IconHandStop size={18} stroke={1.7} />
      </span>
      <div className={staff.cardBody}>
        <Text size="sm" fw={600}>
          {member.displayName} · {t(punch.direction === 'ENTER' ? 'held.ENTER' : 'held.EXIT')}{' '}
          <span className="numeric">{formats.time(punch.occurredAt, member.timeZone)}</span>
        </Text>
        <Text size="sm">{punch.findings[0]?.sentence}</Text>
      </div>
      <div className={staff.cardActions}>
        <LinkButton to="/staff/held" size="xs">
          {t('alerts.decide')}
        </LinkButton>
      </div>
    </li>
  );
};

const HeldPunches = () => {
  const t = useText('staff');
  const own = useText('admin');
  const held = useQuery(read(routes.listHeldPunches, {}));
  const items = held.data?.items ?? [];
  return (
    <Section
      title={items.length > 0 ? own('overview.held-count', { count: items.length }) : t('held.title')}
      more={
        <LinkText to="/staff/held" size="sm">
          {own('overview.held-all')}
        </LinkText>
      }
    >
      {held.isPending ? (
        <LoadingBlock height={90} />
      ) : held.error ? (
        <ErrorNotice error={held.error} onRetry={() => void held.refetch()} />
      ) : items.length === 0 ? (
        <Calm icon={IconHandStop} text={t('held.none')} />
      ) : (
        <ul className={staff.cards}>
          {items.slice(0, shown).map((item) => (
            <HeldLine key={item.punch.punchId} held={item} />
          ))}
        </ul>
      )}
    </Section>
  );
};

interface SiteTodayProps {
  readonly site: Site;
  readonly rows: readonly BoardRow[];
  readonly knowsPresence: boolean;
}

const SiteToday = ({ site, rows, knowsPresence }: SiteTodayProps) => {
  const t = useText('admin');
  const formats = useFormats();
  const navigate = useNavigate();
  const now = useNow(60_000);
  const zone = formats.foreignZoneName(now, site.timeZone);
  return (
    <section aria-label={site.name}>
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <div className={classes.siteName}>
          <Title order={2}>{site.name}</Title>
          <Text size="sm" c="dimmed">
            {t('overview.people', { count: rows.length })}
            {zone && ` · ${formats.time(now, site.timeZone)} ${zone}`}
          </Text>
        </div>
        <LinkText to="/staff" search={{ site: site.siteId }} size="sm">
          {t('overview.board')}
        </LinkText>
      </Group>
      <BoardStrip
        rows={rows}
        knowsPresence={knowsPresence}
        chosen={null}
        onChoose={(state) => void navigate({ to: '/staff', search: { site: site.siteId, state: state ?? undefined } })}
      />
    </section>
  );
};

const useToday = () => {
  const queries = useQueryClient();
  const board = useQuery({ ...read(routes.readBoard, { query: {} }), refetchInterval: 60_000 });
  const presence = useQuery({ ...read(routes.listPresence, { query: {} }), staleTime: 60_000 });
  const sites = useQuery({ ...read(routes.listSites, {}), staleTime: 60_000 });
  const reload = (operation: string) => void queries.invalidateQueries({ queryKey: [operation] });
  useLive(
    ['attendance'],
    ({ kind }) => {
      if (kind === 'punch-held') reload(routes.listHeldPunches.operation);
    },
    { onReset: () => reload(routes.readBoard.operation) },
  );
  const rows = boardRows(board.data?.items ?? [], presence.data?.items ?? []);
  return { rows, board, sites, knowsPresence: presence.data?.level !== 'attendance' };
};

/** Today across sites; what waits for somebody comes first. */
export const OverviewPage = () => {
  const t = useText('admin');
  const formats = useFormats();
  const now = useNow(60_000);
  const { rows, board, sites, knowsPresence } = useToday();
  const failed = board.error ?? sites.error;
  return (
    <div className={staff.page}>
      <PageHead title={t('overview.title')} lead={formats.longDay(now, sites.data?.items[0]?.timeZone)} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <OpenAlerts />
        <HeldPunches />
      </SimpleGrid>
      {failed ? (
        <ErrorNotice
          error={failed}
          onRetry={() => {
            void board.refetch();
            void sites.refetch();
          }}
        />
      ) : board.isPending || sites.isPending ? (
        <LoadingBlock />
      ) : (
        sites.data?.items.map((site) => (
          <SiteToday
            key={site.siteId}
            site={site}
            knowsPresence={knowsPresence}
            rows={rows.filter(({ member }) => member.siteId === site.siteId)}
          />
        ))
      )}
    </div>
  );
};
