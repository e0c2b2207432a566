import { IconChevronLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useText } from '../../i18n/use-text.ts';
import classes from './member.module.css';

/** The way back from a page that the bottom navigation does not name. */
export const BackLink = ({ to }: { readonly to: '/my' | '/family' }) => {
  const t = useText('member');
  return (
    <Link to={to} className={classes.back ?? ''}>
      <IconChevronLeft size={16} stroke={2} aria-hidden />
      {t(to === '/my' ? 'back' : 'back-to-family')}
    </Link>
  );
};
