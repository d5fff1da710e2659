/*
 * traced.c - see traced.h.  Every function is called as often, and with what, as test_tracer.c has it.
 */
#include "traced.h"

#include <setjmp.h>
#include <stddef.h>
#include <string.h>

#define NO_TAIL_CALL __asm__ volatile("")

TRACED int traced_for(int n) /* hits 1 */
{
	int s = 0;                    /* hits 1 */
	for (int i = 0; i < n; i++) { /* hits 11 */
		if (i % 3 == 0)       /* hits 10 */
			s += i;       /* hits 4 */
		else
			s -= i & 7; /* hits 6 */
	}
	return s; /* hits 1 */
} /* hits 1 */

TRACED int traced_while(int n) /* hits 1 */
{
	int rounds = 0;   /* hits 1 */
	while (n > 0) {   /* hits 6 */
		n -= 2;   /* hits 5 */
		rounds++; /* hits 5 */
	}
	do {
		n++;       /* hits 3 */
	} while (n < 3);   /* hits 3 */
	return rounds + n; /* hits 1 */
}

TRACED int traced_nested(int n) /* hits 1 */
{
	int s = 0;                            /* hits 1 */
	for (int i = 0; i < n; i++)           /* hits 5 */
		for (int k = 0; k < 3; k++) { /* hits 15 */
			if (k == i)           /* hits 12 */
				continue;     /* hits 3 */
			if (i + k > 4)        /* hits 9 */
				break;        /* hits 1 */
			s += i * k;           /* hits 8 */
		}
	return s; /* hits 1 */
}

TRACED int traced_goto(int n) /* hits 1 */
{
	int s = 0; /* hits 1 */
again:
	s += n;             /* hits 4 */
	if (--n > 0)        /* hits 4 */
		goto again; /* hits 3 */
	return s;           /* hits 1 */
}

TRACED int traced_switch(int n) /* hits 12 */
{
	int s = 1;   /* hits 12 */
	switch (n) { /* hits 12 */
	case 0:
		s = 2; /* hits 2 */
		break; /* hits 2 */
	case 1:
		s += 3; /* hits 2 */
		__attribute__((fallthrough));
	case 2:
		s *= 5; /* hits 4 */
		break;  /* hits 4 */
	case 3:
	case 4:
		s -= 7; /* hits 4 */
		break;  /* hits 4 */
	default:
		s = n; /* hits 2 */
		break; /* hits 2 */
	}
	return s; /* hits 12 */
}

TRACED int traced_fib(int n) /* hits 1973 */
{
	if (n < 2)                 /* hits 1973 */
		return n;          /* hits 987 */
	int a = traced_fib(n - 1); /* hits 986 */
	int b = traced_fib(n - 2); /* hits 986 */
	NO_TAIL_CALL;
	return a + b; /* hits 986 */
}

/* Deeper than activations are kept. */
TRACED long traced_deep(long n) /* hits 1000001 */
{
	long below = 0;                     /* hits 1000001 */
	if (n > 0)                          /* hits 1000001 */
		below = traced_deep(n - 1); /* hits 1000000 */
	NO_TAIL_CALL;
	return below + 1; /* hits 1000001 */
}

/* Its loop may begin where the function does: each round is a call then. */
TRACED void traced_head(volatile int *n)
{
	while (--*n > 0) {
	}
}

TRACED int traced_tail_end(int n) /* hits 7 */
{
	return n * 3; /* hits 7 */
}

TRACED int traced_tail(int n) /* hits 7 */
{
	if (n > 100) /* hits 7 */
		return 0;
	return traced_tail_end(n + 1); /* hits 7 */
}

/* Values that are in vector registers where its lines begin. */
TRACED double traced_floats(const double *values, int n) /* hits 1 */
{
	double sum = 0, product = 1, last = 0; /* hits 1 */
	for (int i = 0; i < n; i++) {          /* hits 1001 */
		double value = values[i];      /* hits 1000 */
		sum += value * last;           /* hits 1000 */
		product *= 1 + value / 1e3;    /* hits 1000 */
		last = value - sum / product;  /* hits 1000 */
	}
	return sum + product + last; /* hits 1 */
}

/* ---- out of the ordinary ---------------------------------------------------------------------- */

TRACED void traced_jumper(const struct traced_calls *calls, void *environment, int depth) /* hits 50 */
{
	if (depth > 0)                                        /* hits 50 */
		traced_jumper(calls, environment, depth - 1); /* hits 40 */
	else
		calls->jump(environment); /* hits 10 */
	NO_TAIL_CALL;
}

TRACED int traced_setjmp(const struct traced_calls *calls, int rounds) /* hits 1 */
{
	jmp_buf environment;
	volatile int back = 0;                                 /* hits 1 */
	for (volatile int i = 0; i < rounds; i++) {            /* hits 11 */
		if (setjmp(environment) == 0)                  /* hits 10 */
			traced_jumper(calls, &environment, 4); /* hits 10 */
		else
			back++; /* hits 10 */
	}
	return back; /* hits 1 */
}

TRACED int traced_in_handler(int n) /* hits 100 */
{
	int s = 0;                  /* hits 100 */
	for (int i = 0; i < n; i++) /* hits 400 */
		s += i;             /* hits 300 */
	return s;                   /* hits 100 */
}

TRACED int traced_interrupted(const struct traced_calls *calls, int n) /* hits 1 */
{
	int s = 0;                     /* hits 1 */
	for (int i = 0; i < n; i++) {  /* hits 101 */
		calls->raise_signal(); /* hits 100 */
		s += i;                /* hits 100 */
	}
	return s; /* hits 1 */
}

/* Two at a time, in turns. */
TRACED int traced_coroutine(const struct traced_calls *calls, int n) /* hits 4 */
{
	int s = 0;                    /* hits 4 */
	for (int i = 0; i < n; i++) { /* hits 84 */
		calls->yield();       /* hits 80 */
		s += i;               /* hits 80 */
	}
	return s; /* hits 4 */
}

/* Its frame is larger than what lies between two stacks. */
TRACED int traced_large_frame(int n) /* hits 20 */
{
	volatile char room[60000];
	room[n] = (char)n;                                 /* hits 20 */
	for (int i = 0; i < 10; i++)                       /* hits 220 */
		room[i] = (char)(i + n);                   /* hits 200 */
	int inner = n > 0 ? traced_large_frame(n - 1) : 0; /* hits 20 */
	return room[3] + inner;                            /* hits 20 */
}

TRACED unsigned traced_work(unsigned n) /* hits 400000 */
{
	unsigned s = n;             /* hits 400000 */
	for (int i = 0; i < 2; i++) /* hits 1200000 */
		s = s * 33 + 1;     /* hits 800000 */
	return s;                   /* hits 400000 */
}

TRACED int traced_forked(int n) /* hits 0 */
{
	return n + 1; /* hits 0 */
}

/* Interrupted all the time, anywhere. */
TRACED unsigned traced_storm_inner(unsigned n)
{
	unsigned s = n;
	for (int i = 0; i < 3; i++)
		s ^= s << 3;
	return s;
}

TRACED unsigned traced_storm(unsigned n)
{
	unsigned s = 0;
	while (n > 0) {
		s += traced_storm_inner(n);
		n--;
	}
	return s;
}
