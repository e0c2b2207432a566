import type { RouteAnswer, TeacherCode } from '@muster/contracts';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconClockOff, IconLock, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { useNow } from '../../app/clock.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { Notice } from '../../components/notice.tsx';
import { QrCode } from '../../components/qr-code.tsx';
import { useText } from '../../i18n/use-text.ts';
import classes from './registration.module.css';

type Issued = RouteAnswer<typeof routes.issueTeacherCode>;
type Ended = Exclude<TeacherCode['state'], 'open'>;

/** Minutes and seconds: `4:05`. */
const minutesOf = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

interface ShownProps {
  readonly issued: Issued;
  readonly name: string;
  readonly leftMs: number;
}

/** Large, so that it can be read and scanned across a desk. */
const Shown = ({ issued, name, leftMs }: ShownProps) => {
  const t = useText('registration');
  return (
    <Stack align="center" gap="sm">
      <div className={classes.picture}>
        <QrCode text={issued.link} label={t('teacher-code.picture', { name })} />
      </div>
      <Text size="sm" c="dimmed" ta="center">
        {t('teacher-code.or-type', { address: `${window.location.host}/register` })}
      </Text>
      <Stack gap={0} align="center">
        <Text size="sm">
          {t('teacher-code.short-name')}: <b>{issued.organization}</b>
        </Text>
        <Text component="p" className={classes.shown ?? ''} aria-label={`${t('teacher-code.code')}: ${issued.code}`}>
          {issued.code}
        </Text>
      </Stack>
      <Text size="sm" role="timer">
        {t('teacher-code.left', { time: minutesOf(leftMs) })}
      </Text>
    </Stack>
  );
};

const icons = {
  used: IconCircleCheck,
  locked: IconLock,
  expired: IconClockOff,
  withdrawn: IconClockOff,
  replaced: IconRefresh,
} as const satisfies Record<Ended, unknown>;

const Over = ({ state, name }: { readonly state: Ended; readonly name: string }) => {
  const t = useText('registration');
  return (
    <Notice
      icon={icons[state]}
      color={state === 'used' ? 'green' : state === 'locked' ? 'red' : 'gray'}
      title={t(`teacher-code.${state}`, { name })}
      hint={t(`teacher-code.${state}-hint`)}
      role="status"
    />
  );
};

const lookEveryMs = 3_000;

interface TeacherCodeDialogProps {
  readonly memberId: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Issues a code when it opens, and shows it until it is used, or useless. */
export const TeacherCodeDialog = ({ memberId, name, onClose }: TeacherCodeDialogProps) => {
  const t = useText('registration');
  const queries = useQueryClient();
  const now = useNow(1000);
  const params = { memberId };
  const newest = read(routes.readTeacherCode, { params });
  const issue = useMutation({
    mutationFn: () => call(routes.issueTeacherCode, { params }),
    onSettled: () => queries.invalidateQueries({ queryKey: newest.queryKey }),
  });
  const withdraw = useMutation({
    mutationFn: () => call(routes.withdrawTeacherCode, { params }),
    onSuccess: () => queries.invalidateQueries({ queryKey: newest.queryKey }),
  });
  const { mutate } = issue;
  // Opening it is asking for it; in development React opens everything twice, and the first code is replaced.
  useEffect(() => mutate(), [mutate]);
  const state = useQuery({ ...newest, enabled: issue.isSuccess, refetchInterval: lookEveryMs });
  const issued = issue.data;
  const leftMs = issued === undefined ? 0 : Date.parse(issued.expiresAt) - now;
  // What is known of the code before belongs to that one.
  const known = state.data?.newest?.expiresAt === issued?.expiresAt ? state.data?.newest?.state : undefined;
  const over: Ended | null = known !== undefined && known !== 'open' ? known : leftMs <= 0 ? 'expired' : null;
  const failure = issue.error ?? withdraw.error;
  return (
    <Modal
      opened
      onClose={onClose}
      title={<Text fw={620}>{t('teacher-code.for', { name })}</Text>}
      closeButtonProps={{ 'aria-label': t('teacher-code.close') }}
    >
      <Stack>
        {failure !== null && <ErrorNotice error={failure} />}
        {issue.isPending && <LoadingBlock height={360} />}
        {issued &&
          (over === null ? <Shown issued={issued} name={name} leftMs={leftMs} /> : <Over state={over} name={name} />)}
        <Group justify="flex-end" gap="xs">
          {issued && over === null && (
            <Button variant="subtle" color="red" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {t('teacher-code.withdraw')}
            </Button>
          )}
          {over !== null && over !== 'used' && !issue.isPending && (
            <Button variant="default" onClick={() => mutate()}>
              {t('teacher-code.again')}
            </Button>
          )}
          <Button onClick={onClose}>{t('teacher-code.close')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
};
