import type { Retention } from '@muster/contracts';
import { Button, Group, NumberInput, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { notify } from '../../app/notify.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { useWriteKey } from '../staff/use-write-key.ts';
import { Part } from './part.tsx';

/** As the contract limits them. */
const limits: Readonly<Record<keyof Retention, readonly [number, number]>> = {
  positions: [7, 365],
  looks: [30, 3650],
  punchEvidence: [30, 3650],
  signIns: [7, 3650],
  notifications: [7, 3650],
  exports: [1, 90],
};
const kinds = Object.keys(limits) as (keyof Retention)[];

const RetentionForm = ({ before }: { readonly before: Retention }) => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const [days, setDays] = useState<Partial<Retention>>(before);
  const faultOf = (kind: keyof Retention): string | null => {
    const [min, max] = limits[kind];
    const value = days[kind];
    return value !== undefined && Number.isInteger(value) && value >= min && value <= max
      ? null
      : t('retention.between', { min, max });
  };
  const save = useMutation({
    mutationFn: () => {
      const body = days as Retention;
      return call(routes.changeRetention, { body }, { idempotencyKey: keyOf({ body, before }) });
    },
    onSuccess: (saved) => {
      queries.setQueryData(read(routes.readRetention, {}).queryKey, saved);
      void notify({ text: t('saved') });
    },
  });
  const isShorter = kinds.some((kind) => (days[kind] ?? 0) < before[kind]);
  const isChanged = kinds.some((kind) => days[kind] !== before[kind]);
  return (
    <Part title={t('organization.retention')} hint={t('retention.hint')}>
      <Stack gap="sm">
        {kinds.map((kind) => (
          <NumberInput
            key={kind}
            maw="26rem"
            label={t(`class.${kind}`)}
            suffix={` ${t('retention.unit')}`}
            allowDecimal={false}
            allowNegative={false}
            value={days[kind] ?? ''}
            error={faultOf(kind)}
            onChange={(value) => setDays({ ...days, [kind]: typeof value === 'number' ? value : undefined })}
          />
        ))}
        {save.error && <ErrorNotice error={save.error} />}
        {isShorter && <p>{t('retention.shorter')}</p>}
        <Group>
          <Button
            loading={save.isPending}
            disabled={!isChanged || kinds.some((kind) => faultOf(kind) !== null)}
            onClick={() => save.mutate()}
          >
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </Part>
  );
};

export const RetentionPart = () => {
  const retention = useQuery(read(routes.readRetention, {}));
  if (retention.isPending) return <LoadingBlock height={240} />;
  if (!retention.data) return <ErrorNotice error={retention.error} onRetry={() => void retention.refetch()} />;
  return <RetentionForm key={JSON.stringify(retention.data)} before={retention.data} />;
};
