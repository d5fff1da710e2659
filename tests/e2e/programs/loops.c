/* clang-format off */
/* Loops whose lines loops.py has, too: those with the same word behind // are executed as often. */
#include <mprof/mprof.h>
#include <stdio.h>
#include <stdlib.h>

MPROF_PROFILE static int with_for(int n) // for_def
{
	int sum = 0; // for_first
	for (int i = 0; i < n; i++) { // for_head
		if (i % 3 == 0) // for_if
			sum += i; // for_then
		else
			sum -= i & 7; // for_else
	}
	return sum; // for_last
}

MPROF_PROFILE static int with_while(int n) // while_def
{
	int sum = 0; // while_first
	while (n > 0) { // while_head
		n -= 2; // while_step
		sum += n; // while_sum
	}
	return sum; // while_last
}

MPROF_PROFILE static int in_one_line(int n) // one_def
{
	while (n > 0) n -= 2; // one_while
	return n; // one_last
}

MPROF_PROFILE static int nested(int n) // nested_def
{
	int sum = 0; // nested_first
	for (int i = 0; i < n; i++) // nested_outer
		for (int k = 0; k < i; k++) // nested_inner
			sum += k; // nested_sum
	return sum; // nested_last
}

MPROF_PROFILE static int leaves_early(int n) // early_def
{
	int sum = 0; // early_first
	for (int i = 0; i < n; i++) { // early_head
		if (i == 3) // early_skips
			continue; // early_continue
		if (i > 7) // early_ends
			break; // early_break
		sum += i; // early_sum
	}
	return sum; // early_last
}

MPROF_PROFILE static int recursive(int n) // recursive_def
{
	if (n < 2) // recursive_if
		return n; // recursive_end
	int left = recursive(n - 1); // recursive_left
	int right = recursive(n - 2); // recursive_right
	return left + right; // recursive_sum
}

MPROF_PROFILE static char *allocates(int n) // allocates_def
{
	char *kept = NULL; // allocates_first
	for (int i = 0; i < n; i++) { // allocates_head
		char *block = malloc(1000000); // allocates_block
		if (i % 2 == 0) { // allocates_if
			free(kept); // allocates_free
			kept = block; // allocates_keep
		} else {
			free(block); // allocates_drop
		}
	}
	return kept; // allocates_last
}

MPROF_PROFILE static int next_of(int *at, int end) // next_def
{
	if (*at == end) // next_if
		return -1; // next_end
	*at += 1; // next_step
	return *at; // next_last
}

MPROF_PROFILE static int streams(int n) // streams_def
{
	int at = 0, sum = 0; // streams_first
	int value = next_of(&at, n); // streams_begin
	while (value >= 0) { // streams_head
		sum += value; // streams_sum
		value = next_of(&at, n); // streams_next
	}
	return sum; // streams_last
}

MPROF_PROFILE static int chooses(int n) // chooses_def
{
	if (n == 1) // chooses_one
		return 10; // chooses_ten
	else if (n == 2) // chooses_two
		return 20; // chooses_twenty
	return 0; // chooses_nothing
}

int main(void)
{
	char *kept = allocates(11);
	int sum = with_for(10) + with_while(9) + in_one_line(9) + nested(6) + leaves_early(20) + recursive(7) +
		  streams(12) + chooses(1) + chooses(2) + chooses(3) + chooses(2);

	free(kept);
	printf("%d\n", sum);
	return 0;
}
