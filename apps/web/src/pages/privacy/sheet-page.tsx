import type { PrivacySheet } from '@muster/contracts';
import { Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { read, routes } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { PageHead } from '../staff/page-head.tsx';
import classes from './privacy.module.css';
import { useOwnPrivacy } from './use-own-privacy.ts';

const Holders = ({ sheet }: { readonly sheet: PrivacySheet }) => {
  const t = useText('privacy');
  const formats = useFormats();
  const permissions = [...new Set(sheet.holders.map(({ permission }) => permission))];
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('sheet.what')}</Table.Th>
          <Table.Th>{t('sheet.who')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {permissions.map((permission) => (
          <Table.Tr key={permission}>
            <Table.Th scope="row">{t(`permission.${permission.replace('.', '-')}`)}</Table.Th>
            <Table.Td>
              {sheet.holders
                .filter((each) => each.permission === permission)
                .map(
                  ({ role, ties }) => `${t(`app:role.${role}`)} (${formats.list(ties.map((tie) => t(`tie.${tie}`)))})`,
                )
                .join('; ')}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};

const Sheet = ({ sheet }: { readonly sheet: PrivacySheet }) => {
  const t = useText('privacy');
  const formats = useFormats();
  const { query } = useOwnPrivacy();
  const notice = query.data?.notice;
  return (
    <Stack gap="lg" className={classes.sheet ?? ''}>
      {notice && sheet.validFrom && (
        <section>
          <Title order={2}>{notice.title}</Title>
          <Text size="sm" c="dimmed">
            {t('sheet.version', { version: notice.version, day: formats.longDay(sheet.validFrom) })}
          </Text>
          <Text className={classes.notice ?? ''} lang={notice.language} component="div" mt="xs">
            {notice.body}
          </Text>
        </section>
      )}
      <section>
        <Title order={2}>{t('sheet.purposes')}</Title>
        {sheet.purposes.length === 0 && <Text size="sm">{t('sheet.no-notice')}</Text>}
        <ul className={classes.rows}>
          {sheet.purposes.map(({ purpose, necessary }) => (
            <li key={purpose}>
              <div className={classes.rowText}>
                <Text fw={550}>{t(`purpose.${purpose}`)}</Text>
                <Text size="sm">{t(`purpose.${purpose}-hint`)}</Text>
              </div>
              <Badge variant="dot" miw="max-content" color={necessary ? 'gray' : 'green'}>
                {t(necessary ? 'necessary' : 'by-consent')}
              </Badge>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <Title order={2}>{t('sheet.holders')}</Title>
        <Text size="sm" mb="xs">
          {t('sheet.location', {
            supervisor: t(`level.${sheet.location.supervisor}`),
            office: t(`level.${sheet.location.office}`),
          })}
        </Text>
        <Holders sheet={sheet} />
      </section>
      <section>
        <Title order={2}>{t('sheet.retention')}</Title>
        <Table>
          <Table.Tbody>
            {Object.entries(sheet.retention).map(([kind, days]) => (
              <Table.Tr key={kind}>
                <Table.Th scope="row">{t(`class.${kind}`)}</Table.Th>
                <Table.Td ta="right">{t('days', { count: days })}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text size="sm" mt="xs">
          {t('sheet.stays')}
        </Text>
      </section>
    </Stack>
  );
};

/** What the organization does with data, worked out from its settings; to read and to print. */
export const SheetPage = () => {
  const t = useText('privacy');
  const sheet = useQuery(read(routes.readPrivacySheet, {}));
  return (
    <Stack maw="50rem">
      <PageHead title={t('sheet.title')} lead={sheet.data && t('sheet.lead', { name: sheet.data.organizationName })}>
        <Group data-no-print>
          <Button variant="default" leftSection={<IconPrinter size={16} stroke={1.7} />} onClick={() => window.print()}>
            {t('sheet.print')}
          </Button>
        </Group>
      </PageHead>
      {sheet.isPending && <LoadingBlock height={320} />}
      {sheet.error && !sheet.data && <ErrorNotice error={sheet.error} onRetry={() => void sheet.refetch()} />}
      {sheet.data && <Sheet sheet={sheet.data} />}
    </Stack>
  );
};
