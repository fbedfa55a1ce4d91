/** What each worker of a step told, as JSON; null where one process trained alone, and in evaluations. */
export const workers = "ALTER TABLE metrics ADD COLUMN workers TEXT;";
