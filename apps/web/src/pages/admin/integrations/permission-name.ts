import type { Permission } from '@muster/contracts';
import { useText } from '../../../i18n/use-text.ts';

/** What a permission lets do, in words. */
export const usePermissionName = (): ((permission: Permission) => string) => {
  const t = useText('permissions');
  return (permission) => t(`code.${permission.replace('.', '-')}`);
};
