import { Button, type ButtonProps } from '@mantine/core';
import { IconDeviceMobileCheck } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useMay } from '../../app/session.tsx';
import { useText } from '../../i18n/use-text.ts';

const TeacherCodeDialog = lazy(async () => ({
  default: (await import('./teacher-code-dialog.tsx')).TeacherCodeDialog,
}));

interface TeacherCodeButtonProps {
  readonly memberId: string;
  readonly name: string;
  readonly size?: ButtonProps['size'] | undefined;
}

/** For staff who have the member before them: opens the code with which a phone is registered. */
export const TeacherCodeButton = ({ memberId, name, size }: TeacherCodeButtonProps) => {
  const t = useText('staff');
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  if (!may('devices.manage')) return null;
  return (
    <>
      <Button
        variant="default"
        {...(size === undefined ? {} : { size })}
        leftSection={<IconDeviceMobileCheck size={16} stroke={1.7} />}
        onClick={() => setOpen(true)}
      >
        {t('teacher-code')}
      </Button>
      {isOpen && (
        <Suspense>
          <TeacherCodeDialog memberId={memberId} name={name} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
