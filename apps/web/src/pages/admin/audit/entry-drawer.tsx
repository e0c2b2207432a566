import type { AuditEntry } from '@muster/contracts';
import { Button, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { Fact } from '../../staff/person/today-facts.tsx';
import { LinkButton } from '../../staff/links.tsx';
import staff from '../../staff/staff.module.css';
import classes from '../admin.module.css';
import { useAuditWords } from './use-audit-words.ts';

interface EntryDrawerProps {
  readonly entry: AuditEntry | null;
  readonly onClose: () => void;
  readonly onObject: (objectId: string) => void;
}

const EntryFacts = ({ entry, onObject }: { entry: AuditEntry; onObject: (objectId: string) => void }) => {
  const t = useText('admin');
  const formats = useFormats();
  const words = useAuditWords();
  const { actor, object } = entry;
  const hasDetail = Object.keys(entry.detail).length > 0;
  return (
    <Stack>
      <Title order={2}>{words.action(entry.action)}</Title>
      <dl className={staff.facts}>
        <Fact name={t('audit.at')}>
          {formats.longDay(entry.at)}, {formats.timeWithSeconds(entry.at)}
          <div className={classes.id}>{entry.at}</div>
        </Fact>
        <Fact name={t('audit.who')}>
          {words.actor(actor)}
          {actor.role && actor.name && (
            <Text size="sm" c="dimmed">
              {t(`app:role.${actor.role}`)}
            </Text>
          )}
        </Fact>
        <Fact name={t('audit.object')}>
          {words.object(object.kind)}
          <div className={classes.id}>{object.id}</div>
        </Fact>
        {entry.purpose && <Fact name={t('audit.purpose')}>{entry.purpose}</Fact>}
        <Fact name={t('audit.entry')}>
          <div className={classes.id}>{entry.entryId}</div>
        </Fact>
        {entry.requestId && (
          <Fact name={t('audit.request')}>
            <div className={classes.id}>{entry.requestId}</div>
          </Fact>
        )}
      </dl>
      {hasDetail && (
        <div>
          <Text size="sm" fw={600} mb={4}>
            {t('audit.detail')}
          </Text>
          <pre className={classes.details}>{JSON.stringify(entry.detail, null, 2)}</pre>
        </div>
      )}
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={() => onObject(object.id)}>
          {t('audit.same-object')}
        </Button>
        {object.kind === 'member' && (
          <LinkButton to="/staff/members/$memberId" params={{ memberId: object.id }} size="xs" variant="default">
            {t('audit.open-person')}
          </LinkButton>
        )}
      </Group>
    </Stack>
  );
};

/** One entry with everything that was kept about it. */
export const EntryDrawer = ({ entry, onClose, onObject }: EntryDrawerProps) => {
  const t = useText('admin');
  // While the drawer slides away, it still shows what it showed.
  const [shown, setShown] = useState(entry);
  if (entry && entry !== shown) setShown(entry);
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size="md"
      title={<Text fw={620}>{t('audit.entry')}</Text>}
    >
      {shown && <EntryFacts entry={shown} onObject={onObject} />}
    </Drawer>
  );
};
