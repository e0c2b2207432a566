import { useText } from '../i18n/use-text.ts';
import classes from './shell.module.css';

export const mainId = 'main';

/** The first stop of the Tab key on every page. */
export const SkipLink = () => {
  const t = useText('app');
  return (
    <a className={classes.skip} href={`#${mainId}`}>
      {t('skip-to-content')}
    </a>
  );
};
