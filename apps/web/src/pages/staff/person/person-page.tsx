import { ActionIcon, Group, Paper, Text, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { read, routes } from '../../../api/client.ts';
import { useNow } from '../../../app/clock.ts';
import { useMay } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { LoadingBlock } from '../../../components/loading-block.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { TeacherCodeButton } from '../../registration/teacher-code-button.tsx';
import { PageHead } from '../page-head.tsx';
import { addDays, dateIn } from './calendar.ts';
import { DayCard } from './day-card.tsx';
import { GuardiansCard } from './guardians-card.tsx';
import { LooksCard } from './looks-card.tsx';
import { MonthCard } from './month-card.tsx';
import { RiskCard } from './risk-card.tsx';
import { type Today, TodayFacts } from './today-facts.tsx';
import { useDayLive } from './use-day-live.ts';
import { LinkText } from '../links.tsx';
import classes from '../staff.module.css';

const here = '/staff/desk/staff/members/$memberId' as const;
/** Not the location: listening to it is a look. */
const pageTopics = ['attendance'] as const;

const TodayCard = ({ today }: { readonly today: Today }) => {
  const t = useText('staff');
  return (
    <Paper component="section" aria-label={t('person.today')}>
      <Group justify="space-between" mb="sm">
        <Title order={3}>{t('person.today')}</Title>
        <Text size="sm" c="dimmed">
          {t(`code.${today.day.code}`)}
        </Text>
      </Group>
      <TodayFacts today={today} />
    </Paper>
  );
};

/** Everything about one member: the day as it goes, any day before, the month, the signals, who looked. */
export const PersonPage = () => {
  const t = useText('staff');
  const formats = useFormats();
  const now = useNow(60_000);
  const may = useMay();
  const { memberId } = useParams({ from: here });
  const search = useSearch({ from: here });
  const navigate = useNavigate();
  useDayLive(memberId, pageTopics);
  const today = useQuery(read(routes.readToday, { params: { memberId } }));
  if (today.isPending) return <LoadingBlock height="50dvh" />;
  if (today.error) return <ErrorNotice error={today.error} onRetry={() => void today.refetch()} />;
  const { member } = today.data;
  const todayDate = today.data.day.date;
  const latest = [todayDate, dateIn(now, member.timeZone)].sort().at(-1) ?? todayDate;
  const date = search.date ?? todayDate;
  const month = search.month ?? date.slice(0, 7);
  const go = (part: typeof search) =>
    void navigate({
      to: '/staff/members/$memberId',
      params: { memberId },
      search: { ...search, ...part },
      replace: true,
      resetScroll: false,
    });
  return (
    <div className={classes.page}>
      <LinkText to="/staff" search={{ member: memberId }} size="sm">
        {t('person.back')}
      </LinkText>
      <PageHead title={member.displayName} lead={[member.number, member.groupName].filter(Boolean).join(' · ')}>
        <TeacherCodeButton memberId={memberId} name={member.displayName} />
      </PageHead>
      <div className={classes.personColumns}>
        <div className={classes.column}>
          <Paper component="section" aria-label={formats.longDate(date)}>
            <Group justify="space-between" wrap="nowrap" mb="sm">
              <Title order={2}>{formats.longDate(date)}</Title>
              <Group gap={4} wrap="nowrap">
                <ActionIcon
                  variant="default"
                  aria-label={t('person.day-before')}
                  onClick={() => go({ date: addDays(date, -1), month: undefined })}
                >
                  <IconChevronLeft size={17} />
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  aria-label={t('person.day-after')}
                  disabled={date >= latest}
                  onClick={() => go({ date: addDays(date, 1), month: undefined })}
                >
                  <IconChevronRight size={17} />
                </ActionIcon>
              </Group>
            </Group>
            <DayCard
              key={`${memberId} ${date}`}
              member={member}
              date={date}
              punches={date === todayDate ? today.data.punches : []}
            />
          </Paper>
          <MonthCard
            memberId={memberId}
            month={month}
            today={latest}
            chosen={date}
            onMonth={(next) => go({ month: next })}
            onChoose={(next) => go({ date: next, month })}
          />
        </div>
        <div className={classes.column}>
          <TodayCard today={today.data} />
          {may('signals.see') && (
            <Paper component="section" aria-label={t('panel.signals')}>
              <Title order={3} mb="sm">
                {t('panel.signals')}
              </Title>
              <RiskCard memberId={memberId} timeZone={member.timeZone} />
            </Paper>
          )}
          <GuardiansCard memberId={memberId} />
          {may('looks.see') ? (
            <LooksCard memberId={memberId} timeZone={member.timeZone} />
          ) : (
            <Text size="xs" c="dimmed">
              {t('looks.yours')}
            </Text>
          )}
        </div>
      </div>
    </div>
  );
};
