import type { AttendanceDay } from '@muster/contracts';
import { StateIcon } from '../../../components/state-badge.tsx';
import { useFormats, useText } from '../../../i18n/use-text.ts';
import { stateOfCode, weeksOf } from './calendar.ts';
import classes from './month.module.css';

interface MonthGridProps {
  readonly month: string;
  readonly days: readonly AttendanceDay[];
  /** `YYYY-MM-DD` at the site. */
  readonly today: string | null;
  readonly chosen?: string | null;
  /** Without it the days are only shown. */
  readonly onChoose?: (date: string) => void;
}

// A week that starts on a Monday, for the names of the weekdays.
const weekOfNames = Array.from({ length: 7 }, (_, day) => `2031-03-0${day + 3}`);

/** The word of a day: its code says more than its colour. */
export const useDayWord = () => {
  const t = useText('member');
  return (day: AttendanceDay): string => t(`code.${day.code}`);
};

/** A month, each day with the icon of its state. */
export const MonthGrid = ({ month, days, today, chosen = null, onChoose }: MonthGridProps) => {
  const formats = useFormats();
  const wordOf = useDayWord();
  const byDate = new Map(days.map((day) => [day.date, day]));
  return (
    <table className={classes.grid} aria-label={formats.month(month)}>
      <thead>
        <tr>
          {weekOfNames.map((date) => (
            <th key={date} scope="col">
              {formats.date(date).split(/[ ,.]/)[0]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week) => (
          <tr key={week.find((date) => date !== null)}>
            {week.map((date, index) => {
              if (!date) return <td key={`${month} ${index}`} aria-hidden="true" />;
              const day = byDate.get(date);
              const name = day ? `${formats.longDate(date)}: ${wordOf(day)}` : formats.longDate(date);
              const content = (
                <>
                  <span className={classes.number}>{Number(date.slice(8))}</span>
                  <span className={classes.mark}>{day && <StateIcon state={stateOfCode(day.code)} size={15} />}</span>
                </>
              );
              const marks = {
                'data-today': date === today || undefined,
                'data-chosen': date === chosen || undefined,
                'data-state': day ? stateOfCode(day.code) : undefined,
              };
              return (
                <td key={date}>
                  {onChoose && day ? (
                    <button
                      type="button"
                      className={classes.day}
                      aria-label={name}
                      aria-pressed={date === chosen}
                      title={name}
                      onClick={() => onChoose(date)}
                      {...marks}
                    >
                      {content}
                    </button>
                  ) : (
                    <span className={classes.day} title={name} {...marks}>
                      {content}
                      {day && <span className={classes.spoken}>{wordOf(day)}</span>}
                    </span>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
};
