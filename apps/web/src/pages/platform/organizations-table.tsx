import type { OrganizationOverview } from '@muster/contracts';
import { Badge, Table, Text } from '@mantine/core';
import { useMay } from '../../app/session.tsx';
import classes from '../../components/data-table.module.css';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { VisitButton } from './visit-button.tsx';

const Row = ({ organization }: { readonly organization: OrganizationOverview }) => {
  const t = useText('platform');
  const formats = useFormats();
  const may = useMay();
  const { name, slug, vocabulary, createdAt, sites, groups, members, staff, inUse } = organization;
  return (
    <Table.Tr>
      <Table.Td data-grow>
        <Text size="sm" fw={560} truncate>
          {name}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {slug}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Badge variant={inUse ? 'dot' : 'light'} color={inUse ? 'green' : 'gray'} miw="max-content">
          {t(inUse ? 'in-use' : 'not-in-use')}
        </Badge>
      </Table.Td>
      <Table.Td visibleFrom="lg">{t(`vocabulary.${vocabulary}`)}</Table.Td>
      <Table.Td data-numeric visibleFrom="lg">
        {formats.number(sites)}
      </Table.Td>
      <Table.Td data-numeric visibleFrom="lg">
        {formats.number(groups)}
      </Table.Td>
      <Table.Td data-numeric>{formats.number(members)}</Table.Td>
      <Table.Td data-numeric visibleFrom="sm">
        {formats.number(staff)}
      </Table.Td>
      <Table.Td visibleFrom="md">{formats.dateTime(createdAt)}</Table.Td>
      {may('organizations.see') && (
        <Table.Td>
          <VisitButton organization={organization} />
        </Table.Td>
      )}
    </Table.Tr>
  );
};

export const OrganizationsTable = ({ organizations }: { readonly organizations: readonly OrganizationOverview[] }) => {
  const t = useText('platform');
  const may = useMay();
  return (
    <div className={classes.frame}>
      <Table className={classes.table ?? ''} aria-label={t('title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="99%">{t('name')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('status')}</Table.Th>
            <Table.Th visibleFrom="lg">{t('vocabulary.title')}</Table.Th>
            <Table.Th data-numeric visibleFrom="lg">
              {t('sites')}
            </Table.Th>
            <Table.Th data-numeric visibleFrom="lg">
              {t('groups')}
            </Table.Th>
            <Table.Th data-numeric>{t('members')}</Table.Th>
            <Table.Th data-numeric visibleFrom="sm">
              {t('staff')}
            </Table.Th>
            <Table.Th visibleFrom="md">{t('created')}</Table.Th>
            {may('organizations.see') && <Table.Th aria-label={t('visit.open')} />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {organizations.map((organization) => (
            <Row key={organization.orgId} organization={organization} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};
