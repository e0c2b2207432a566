import type { Setting } from '@muster/contracts';
import { Badge, Code, Group, Switch, Text, TextInput } from '@mantine/core';
import { IconSearch, IconSettings } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read, routes } from '../../api/client.ts';
import { useMay } from '../../app/session.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { NoPermission } from '../../components/no-permission.tsx';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { PageHead } from '../staff/page-head.tsx';
import staff from '../staff/staff.module.css';
import classes from './platform.module.css';

/** Meanings name variables and values as in documentation, between back-ticks. */
const WithCode = ({ text }: { readonly text: string }) =>
  text.split('`').map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places
      <Code key={index}>{part}</Code>
    ),
  );

const SettingLine = ({ setting }: { readonly setting: Setting }) => {
  const t = useText('platform');
  const { name, meaning, value, isSet, isSecret } = setting;
  return (
    <li className={classes.setting}>
      <Group justify="space-between" gap="xs">
        <Text fw={600} size="sm" className={classes.variable ?? ''}>
          {name}
        </Text>
        <Badge variant={isSet ? 'dot' : 'light'} color={isSet ? 'green' : 'gray'}>
          {t(isSet ? 'settings.set' : 'settings.default')}
        </Badge>
      </Group>
      {value === null ? (
        <Text size="sm">{t(isSecret && isSet ? 'settings.secret' : 'settings.nothing')}</Text>
      ) : (
        <Text size="sm" className={classes.value ?? ''}>
          {value}
        </Text>
      )}
      <Text size="sm" c="dimmed" lang="en">
        <WithCode text={meaning} />
      </Text>
    </li>
  );
};

const contains = ({ name, meaning, value }: Setting, wanted: string): boolean =>
  [name, meaning, value ?? ''].some((text) => text.toLowerCase().includes(wanted.toLowerCase()));

const FoundSettings = ({ settings }: { readonly settings: readonly Setting[] }) => {
  const t = useText('platform');
  const [wanted, setWanted] = useState('');
  const [onlySet, setOnlySet] = useState(false);
  const shown = settings.filter((each) => (!onlySet || each.isSet) && contains(each, wanted.trim()));
  return (
    <>
      <div className={staff.filters}>
        <TextInput
          className={staff.searchField ?? ''}
          aria-label={t('settings.search')}
          placeholder={t('settings.search')}
          leftSection={<IconSearch size={16} stroke={1.7} />}
          type="search"
          value={wanted}
          maxLength={80}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Switch
          style={{ alignSelf: 'center' }}
          label={t('settings.only-set')}
          checked={onlySet}
          onChange={(event) => setOnlySet(event.currentTarget.checked)}
        />
      </div>
      {shown.length === 0 ? (
        <div className={staff.emptyFrame}>
          <EmptyNotice icon={IconSettings} title={t('settings.none')} hint={t('settings.none-hint')} />
        </div>
      ) : (
        <ul className={classes.settings} aria-label={t('settings.title')}>
          {shown.map((each) => (
            <SettingLine key={each.name} setting={each} />
          ))}
        </ul>
      )}
    </>
  );
};

const LoadedSettings = () => {
  const t = useText('platform');
  const formats = useFormats();
  const settings = useQuery(read(routes.readSettings, {}));
  if (settings.isPending) return <LoadingBlock height="40dvh" />;
  if (settings.error) return <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />;
  const { elsewhere } = settings.data;
  return (
    <>
      {elsewhere.length > 0 && <Text size="sm">{t('settings.elsewhere', { services: formats.list(elsewhere) })}</Text>}
      <FoundSettings settings={settings.data.settings} />
    </>
  );
};

/** How this Muster was told to run: read here, changed in the environment that it is started with. */
export const SettingsPage = () => {
  const t = useText('platform');
  const may = useMay();
  if (!may('system.configure')) return <NoPermission what={t('settings.what')} />;
  return (
    <div className={staff.page}>
      <PageHead title={t('settings.title')} lead={t('settings.lead')} />
      <LoadedSettings />
    </div>
  );
};
