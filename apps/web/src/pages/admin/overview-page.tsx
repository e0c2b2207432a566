import type { RouteAnswer, Site } from '@muster/contracts';
import { Group, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { IconBellCheck, IconHandStop } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { read, routes } from '../../api/client.ts';
import { useLive } from '../../api/use-live.ts';
import { useReload } from '../../api/use-reload.ts';
import { useNow } from '../../app/clock.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { AlertCard } from '../staff/alerts/alert-card.tsx';
import { useOpenAlerts } from '../staff/alerts/use-open-alerts.ts';
import { type BoardCounts, countsOf, standingOf } from '../staff/board/board-state.ts';
import { BoardStrip } from '../staff/board/board-strip.tsx';
import { PageHead } from '../staff/page-head.tsx';
import { LinkButton, LinkText } from '../staff/links.tsx';
import staff from '../staff/staff.module.css';
import classes from './admin.module.css';

const shown = 3;
/** Who is in or out of the campus without punching or being alerted of is not told here; the counts come again. */
const refetchMs = 30_000;
const reloadMs = 5_000;
type Held = RouteAnswer<typeof routes.listHeldPunches>['items'][number];
type Counted = RouteAnswer<typeof routes.countBoard>['items'];

const countsAt = ({ siteId }: Site, counted: Counted): BoardCounts =>
  countsOf(
    counted.filter((each) => each.siteId === siteId).map((each) => ({ ...standingOf(each), people: each.people })),
  );

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
  const alerts = useOpenAlerts();
  const count = alerts.items.length;
  return (
    <Section
      title={count > 0 ? t('alerts.bell', { count, shown: `${count}${alerts.hasMore ? '+' : ''}` }) : t('alerts.open')}
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
      ) : count === 0 ? (
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
  readonly counts: BoardCounts;
  readonly knowsPresence: boolean;
}

const SiteToday = ({ site, counts, knowsPresence }: SiteTodayProps) => {
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
            {t('overview.people', { count: Object.values(counts).reduce((sum, count) => sum + count, 0) })}
            {zone && ` · ${formats.time(now, site.timeZone)} ${zone}`}
          </Text>
        </div>
        <LinkText to="/staff" search={{ site: site.siteId }} size="sm">
          {t('overview.board')}
        </LinkText>
      </Group>
      <BoardStrip
        counts={counts}
        knowsPresence={knowsPresence}
        chosen={null}
        onChoose={(state) => void navigate({ to: '/staff', search: { site: site.siteId, state: state ?? undefined } })}
      />
    </section>
  );
};

/** Numbers only: who is where stands on the board, and opening that is a look at them. */
const useToday = () => {
  const queries = useQueryClient();
  const reload = useReload(reloadMs);
  // At once: somebody stands at the gate and waits.
  const reloadHeld = () => void queries.invalidateQueries({ queryKey: [routes.listHeldPunches.operation] });
  const counted = useQuery({ ...read(routes.countBoard, {}), refetchInterval: refetchMs });
  const sites = useQuery({ ...read(routes.listSites, {}), staleTime: 60_000 });
  useLive(
    ['attendance', 'alerts'],
    ({ kind }) => {
      if (kind === 'punch-held') reloadHeld();
      reload(routes.countBoard.operation);
    },
    {
      onReset: () => {
        reloadHeld();
        reload(routes.countBoard.operation);
      },
    },
  );
  return { counted, sites };
};

/** Today across sites; what waits for somebody comes first. */
export const OverviewPage = () => {
  const t = useText('admin');
  const formats = useFormats();
  const now = useNow(60_000);
  const { counted, sites } = useToday();
  const failed = counted.error ?? sites.error;
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
            void counted.refetch();
            void sites.refetch();
          }}
        />
      ) : !counted.data || !sites.data ? (
        <LoadingBlock />
      ) : (
        sites.data.items.map((site) => (
          <SiteToday
            key={site.siteId}
            site={site}
            knowsPresence={counted.data.level !== 'attendance'}
            counts={countsAt(site, counted.data.items)}
          />
        ))
      )}
    </div>
  );
};
