/** What an alarm is beside its life: a test, first of its group, one of a flood. */
export const alarmMarks = `
alter table alarm add column marks jsonb;
`;
