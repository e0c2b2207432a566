import type { Group as MemberGroup, Schedule } from '@muster/contracts';
import { Button, Chip, Group, Input, NumberInput, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Control, Controller, useForm } from 'react-hook-form';
import { call, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { useMay } from '../../../app/session.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { useWriteKey } from '../../staff/use-write-key.ts';
import classes from '../admin.module.css';
import { isTime } from './consequences.ts';
import { ScheduleConsequence } from './schedule-consequence.tsx';
import { TimeField } from './time-field.tsx';

interface Values {
  readonly name: string;
  readonly weekdays: readonly number[];
  readonly entryTime: string;
  readonly exitTime: string;
  readonly opensBeforeMinutes: number;
  readonly freeUntilMinutes: number;
  readonly lateAfterMinutes: number;
  readonly closesAfterMinutes: number;
}

const defaults: Values = {
  name: '',
  weekdays: [1, 2, 3, 4, 5],
  entryTime: '08:00',
  exitTime: '16:00',
  opensBeforeMinutes: 30,
  freeUntilMinutes: 60,
  lateAfterMinutes: 0,
  closesAfterMinutes: 60,
};

const minuteFields = [
  ['opensBeforeMinutes', 'opens', 720],
  ['lateAfterMinutes', 'late', 720],
  ['freeUntilMinutes', 'free', 720],
  ['closesAfterMinutes', 'closes', 1440],
] as const;

const valuesOf = ({ name, weekdays, entryTime, exitTime, ...rest }: Schedule): Values => ({
  name,
  weekdays,
  entryTime,
  exitTime,
  opensBeforeMinutes: rest.opensBeforeMinutes,
  freeUntilMinutes: rest.freeUntilMinutes,
  lateAfterMinutes: rest.lateAfterMinutes,
  closesAfterMinutes: rest.closesAfterMinutes,
});

const Weekdays = ({ control, isReadOnly }: { readonly control: Control<Values>; readonly isReadOnly: boolean }) => {
  const t = useText('admin');
  const formats = useFormats();
  // 1 January 2024 was a Monday.
  const nameOf = (weekday: number) => formats.date(`2024-01-0${weekday}`).split(/[ ,]/)[0] ?? '';
  return (
    <Controller
      control={control}
      name="weekdays"
      rules={{ validate: (days) => days.length > 0 || t('schedules.weekdays-missing') }}
      render={({ field, fieldState }) => (
        <div role="group" aria-label={t('schedules.weekdays')}>
          <Input.Label component="div" mb={6}>
            {t('schedules.weekdays')}
          </Input.Label>
          <Chip.Group
            multiple
            value={field.value.map(String)}
            onChange={(days) => field.onChange(days.map(Number).sort((one, other) => one - other))}
          >
            <Group gap={6}>
              {[1, 2, 3, 4, 5, 6, 7].map((weekday) => (
                <Chip key={weekday} value={String(weekday)} size="sm" disabled={isReadOnly}>
                  {nameOf(weekday)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          {fieldState.error && (
            <Text size="xs" c="var(--state-outside)" mt={4} role="alert">
              {fieldState.error.message}
            </Text>
          )}
        </div>
      )}
    />
  );
};

const Minutes = ({ control, isReadOnly }: { readonly control: Control<Values>; readonly isReadOnly: boolean }) => {
  const t = useText('admin');
  return (
    <div className={classes.times}>
      {minuteFields.map(([name, text, most]) => (
        <Controller
          key={name}
          control={control}
          name={name}
          rules={{
            validate: (value) =>
              (Number.isInteger(value) && value >= 0 && value <= most) || t('schedules.minutes-wrong', { most }),
          }}
          render={({ field, fieldState }) => (
            <NumberInput
              ref={field.ref}
              label={t(`schedules.${text}`)}
              description={t(`schedules.${text}-hint`)}
              suffix=" min"
              min={0}
              max={most}
              step={5}
              allowDecimal={false}
              allowNegative={false}
              clampBehavior="none"
              readOnly={isReadOnly}
              value={Number.isFinite(field.value) ? field.value : ''}
              onChange={(value) => field.onChange(value === '' ? Number.NaN : Number(value))}
              onBlur={field.onBlur}
              error={fieldState.error?.message}
            />
          )}
        />
      ))}
    </div>
  );
};

const useSave = (group: MemberGroup) => {
  const t = useText('admin');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  return useMutation({
    mutationFn: (values: Values) => {
      const body = { ...values, name: values.name.trim(), weekdays: [...values.weekdays] };
      const request = { params: { groupId: group.groupId }, body };
      return call(routes.replaceSchedule, request, { idempotencyKey: keyOf(request) });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [routes.listSchedules.operation] });
      void queries.invalidateQueries({ queryKey: [routes.readBoard.operation] });
      void notify({ text: t('schedules.saved', { group: group.name }) });
    },
  });
};

interface ScheduleFormProps {
  readonly group: MemberGroup;
  readonly schedule: Schedule | undefined;
}

/** The times of one group. What was typed stays after an error; the first field at fault gets the focus. */
export const ScheduleForm = ({ group, schedule }: ScheduleFormProps) => {
  const t = useText('admin');
  const formats = useFormats();
  const isReadOnly = !useMay()('rules.configure');
  const form = useForm<Values>({ defaultValues: schedule ? valuesOf(schedule) : { ...defaults, name: group.name } });
  const save = useSave(group);
  const { errors, isDirty } = form.formState;
  const time = {
    required: t('schedules.time-wrong'),
    validate: (text: string) => isTime(text) || t('schedules.time-wrong'),
  };
  return (
    <Paper
      component="form"
      noValidate
      onSubmit={(event) => void form.handleSubmit((values) => save.mutate(values))(event)}
    >
      <Title order={2}>{group.name}</Title>
      <Text size="sm" c="dimmed" mb="md">
        {schedule
          ? t('schedules.since', { date: formats.longDate(schedule.validFrom), zone: schedule.timeZone })
          : t('schedules.missing-hint')}
      </Text>
      <div className={classes.withConsequence}>
        <Stack>
          <TextInput
            label={t('schedules.name')}
            readOnly={isReadOnly}
            maxLength={80}
            error={errors.name?.message}
            {...form.register('name', {
              validate: (text) => text.trim() !== '' || t('schedules.name-missing'),
            })}
          />
          <Weekdays control={form.control} isReadOnly={isReadOnly} />
          <div className={classes.times}>
            {(['entryTime', 'exitTime'] as const).map((name) => (
              <Controller
                key={name}
                control={form.control}
                name={name}
                rules={time}
                render={({ field, fieldState }) => (
                  <TimeField
                    {...field}
                    label={t(name === 'entryTime' ? 'schedules.entry' : 'schedules.exit')}
                    readOnly={isReadOnly}
                    error={fieldState.error?.message}
                  />
                )}
              />
            ))}
          </div>
          <Minutes control={form.control} isReadOnly={isReadOnly} />
          {save.error && <ErrorNotice error={save.error} />}
          {isReadOnly ? (
            <Text size="sm" c="dimmed">
              {t('schedules.read-only')}
            </Text>
          ) : (
            <Group>
              <Button type="submit" loading={save.isPending} disabled={!isDirty && schedule !== undefined}>
                {t('schedules.save')}
              </Button>
              <Button variant="subtle" color="gray" disabled={!isDirty || save.isPending} onClick={() => form.reset()}>
                {t('discard')}
              </Button>
            </Group>
          )}
        </Stack>
        <ScheduleConsequence times={form.watch()} weekdays={form.watch('weekdays')} />
      </div>
    </Paper>
  );
};
