import type { Site, SitePlan } from '@muster/contracts';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, routes } from '../../../api/client.ts';
import { notify } from '../../../app/notify.tsx';
import { ConfirmAction } from '../../../components/confirm-action.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { SitePlanUpload } from '../../../map/site-plan-upload.tsx';
import { useWriteKey } from '../../staff/use-write-key.ts';

/** Uploads the plan of a site; it is shown before it takes the old one's place. */
export const PlanForm = ({ site }: { readonly site: Site }) => {
  const t = useText('admin');
  const queries = useQueryClient();
  const keyOf = useWriteKey();
  const [plan, setPlan] = useState<SitePlan | null>(null);
  const save = async () => {
    if (!plan) return;
    const request = { params: { siteId: site.siteId }, body: plan };
    await call(routes.replaceSitePlan, request, { idempotencyKey: keyOf(request) });
    await queries.invalidateQueries({ queryKey: [routes.readSitePlan.operation] });
    await queries.invalidateQueries({ queryKey: [routes.listSites.operation] });
    void notify({ text: t('plan.saved') });
  };
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t(site.hasPlan ? 'plan.has' : 'plan.has-none')}
      </Text>
      <SitePlanUpload center={site.center} geofences={site.geofences} onPlan={setPlan} />
      {plan && (
        <Group>
          <ConfirmAction
            title={t('plan.confirm')}
            consequence={t(site.hasPlan ? 'plan.consequence-replace' : 'plan.consequence-first', { site: site.name })}
            verb={t('plan.save')}
            onConfirm={save}
          >
            {(open) => <Button onClick={open}>{t('plan.save')}</Button>}
          </ConfirmAction>
        </Group>
      )}
    </Stack>
  );
};
