import { TextInput, type TextInputProps } from '@mantine/core';
import { tidyTime } from './consequences.ts';

interface TimeFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'type'> {
  readonly value: string;
  readonly onChange: (time: string) => void;
}

/**
 * A time of the day on 24 hours in every language, as it is shown everywhere else; browsers draw their own fields by
 * the language of the device. `830` and `8.30` become `08:30`.
 */
export const TimeField = ({ value, onChange, onBlur, ...field }: TimeFieldProps) => (
  <TextInput
    {...field}
    className="numeric"
    inputMode="numeric"
    autoComplete="off"
    placeholder="08:30"
    maxLength={5}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
    onBlur={(event) => {
      const tidy = tidyTime(value);
      if (tidy !== value) onChange(tidy);
      onBlur?.(event);
    }}
  />
);
