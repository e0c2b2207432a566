import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useText } from '../i18n/use-text.ts';

const order = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const icons = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon } as const;

/** As the device, light, dark, in turn; for pages without an account menu. */
export const ColorSchemeToggle = () => {
  const t = useText('components');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = icons[colorScheme];
  const name = `${t('scheme.label')}: ${t(`scheme.${colorScheme}`)}`;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={name}
      title={name}
      onClick={() => setColorScheme(order[colorScheme])}
    >
      <Icon size={18} stroke={1.7} />
    </ActionIcon>
  );
};
