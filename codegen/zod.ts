/**
 * Zod, which checks what comes from outside. It has its full name here, and only here: a program in another folder, which
 * imports the project, has no map of names for it.
 *
 * @module
 */
export { z } from "npm:zod@4.6.7";
