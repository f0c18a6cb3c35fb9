const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const fullDay = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export const clockTime = (time: number): string => clock.format(time);
export const exactTime = (time: number): string => exact.format(time);

/// The day of `time` where the reader is, as a word for it.
export function dayOf(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/// How to call that day.
export function dayName(time: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(time)) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 180 ? weekday.format(time) : fullDay.format(time);
}

/// The end of that day.
export function midnightAfter(time: number): number {
  return new Date(time).setHours(24, 0, 0, 0);
}

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}
