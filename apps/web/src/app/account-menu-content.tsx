import { Menu, type MantineColorScheme, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconDeviceDesktop,
  IconFileTextShield,
  IconLogout,
  IconMoon,
  IconShieldLock,
  IconSun,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { initialsOf } from '../components/initials.ts';
import { chooseLanguage, languageNames, languages } from '../i18n/setup.ts';
import { useText } from '../i18n/use-text.ts';
import { useProfile, useSession } from './session.tsx';
import classes from './shell.module.css';

const schemes = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const satisfies readonly { value: MantineColorScheme; icon: unknown }[];

const ColorSchemeItems = () => {
  const t = useText('components');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return schemes.map(({ value, icon: Icon }) => (
    <Menu.Item
      key={value}
      role="menuitemradio"
      aria-checked={colorScheme === value}
      leftSection={<Icon size={16} stroke={1.7} />}
      rightSection={colorScheme === value ? <IconCheck size={16} /> : null}
      onClick={() => setColorScheme(value)}
      closeMenuOnClick={false}
    >
      {t(`scheme.${value}`)}
    </Menu.Item>
  ));
};

const LanguageItems = () => {
  const { i18n } = useTranslation();
  return languages.map((language) => (
    <Menu.Item
      key={language}
      lang={language}
      role="menuitemradio"
      aria-checked={i18n.language === language}
      rightSection={i18n.language === language ? <IconCheck size={16} /> : null}
      onClick={() => void chooseLanguage(language)}
    >
      {languageNames[language]}
    </Menu.Item>
  ));
};

/** The account menu as it is once somebody has reached for it: open at first. */
export const OpenAccountMenu = () => {
  const t = useText('app');
  const profile = useProfile();
  const { signOut } = useSession();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut();
    await navigate({ to: '/sign-in', search: {} });
  };
  return (
    <Menu position="bottom-end" width={248} defaultOpened>
      <Menu.Target>
        <UnstyledButton className={classes.account ?? ''} aria-label={t('account', { name: profile.displayName })}>
          {initialsOf(profile.displayName)}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate>
            {profile.displayName}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {t(`role.${profile.role}`)} · {profile.organization.name}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('appearance')}</Menu.Label>
        <ColorSchemeItems />
        <Menu.Divider />
        <Menu.Label>{t('language')}</Menu.Label>
        <LanguageItems />
        <Menu.Divider />
        <Menu.Item component={Link} to="/privacy" leftSection={<IconFileTextShield size={16} stroke={1.7} />}>
          {t('privacy')}
        </Menu.Item>
        <Menu.Item component={Link} to="/security" leftSection={<IconShieldLock size={16} stroke={1.7} />}>
          {t('security')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.7} />} onClick={() => void leave()}>
          {t('sign-out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
