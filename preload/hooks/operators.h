/*
 * operators.h - C++'s operators in a program without C++.
 *
 * To such a program C++ comes with a plugin, which has operators new and delete in its own scope: its
 * runtime's, or others.  Ours would stand before them all.  They are not needed there: what the plugin calls
 * then comes by malloc and free.
 */
#ifndef MPROF_PRELOAD_HOOKS_OPERATORS_H
#define MPROF_PRELOAD_HOOKS_OPERATORS_H

/* Nobody finds ours from now on; who has them already may go on to use them.  For start-up, before any plugin
 * is loaded. */
void operators_withdraw(void);

#endif
