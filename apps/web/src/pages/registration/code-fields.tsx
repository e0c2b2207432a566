import { TextInput } from '@mantine/core';
import { useText } from '../../i18n/use-text.ts';
import classes from './registration.module.css';

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Somebody has tried to go on. */
  readonly isTried: boolean;
}

export const OrganizationField = ({ value, onChange, isTried }: FieldProps) => {
  const t = useText('registration');
  return (
    <TextInput
      label={t('organization')}
      description={t('organization-hint')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      autoComplete="organization"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      autoFocus
      size="md"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={isTried && value.trim() === '' ? t('organization-missing') : null}
    />
  );
};

/** Letters and digits as they stand on the other screen. */
export const CodeField = ({ value, onChange, isTried }: FieldProps) => {
  const t = useText('registration');
  return (
    <TextInput
      label={t('code')}
      description={t('code-hint')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{ input: classes.typed ?? '' }}
      autoComplete="one-time-code"
      autoCapitalize="characters"
      autoCorrect="off"
      spellCheck={false}
      maxLength={20}
      size="md"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={isTried && value.trim() === '' ? t('code-missing') : null}
    />
  );
};
