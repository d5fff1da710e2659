# The loops of loops.c, for memory_profiler.
from memory_profiler import LineProfiler, show_results

profile = LineProfiler()


@profile
def with_for(n):  # for_def
    sum = 0  # for_first
    for i in range(n):  # for_head
        if i % 3 == 0:  # for_if
            sum += i  # for_then
        else:
            sum -= i & 7  # for_else
    return sum  # for_last


@profile
def with_while(n):  # while_def
    sum = 0  # while_first
    while n > 0:  # while_head
        n -= 2  # while_step
        sum += n  # while_sum
    return sum  # while_last


@profile
def in_one_line(n):  # one_def
    while n > 0: n -= 2  # one_while
    return n  # one_last


@profile
def nested(n):  # nested_def
    sum = 0  # nested_first
    for i in range(n):  # nested_outer
        for k in range(i):  # nested_inner
            sum += k  # nested_sum
    return sum  # nested_last


@profile
def leaves_early(n):  # early_def
    sum = 0  # early_first
    for i in range(n):  # early_head
        if i == 3:  # early_skips
            continue  # early_continue
        if i > 7:  # early_ends
            break  # early_break
        sum += i  # early_sum
    return sum  # early_last


@profile
def recursive(n):  # recursive_def
    if n < 2:  # recursive_if
        return n  # recursive_end
    left = recursive(n - 1)  # recursive_left
    right = recursive(n - 2)  # recursive_right
    return left + right  # recursive_sum


@profile
def allocates(n):  # allocates_def
    kept = None  # allocates_first
    for i in range(n):  # allocates_head
        block = bytearray(1000000)  # allocates_block
        if i % 2 == 0:  # allocates_if
            kept = None  # allocates_free
            kept = block  # allocates_keep
        else:
            block = None  # allocates_drop
    return kept  # allocates_last


@profile
def next_of(at, end):  # next_def
    if at[0] == end:  # next_if
        return -1  # next_end
    at[0] += 1  # next_step
    return at[0]  # next_last


@profile
def streams(n):  # streams_def
    at, sum = [0], 0  # streams_first
    value = next_of(at, n)  # streams_begin
    while value >= 0:  # streams_head
        sum += value  # streams_sum
        value = next_of(at, n)  # streams_next
    return sum  # streams_last


@profile
def chooses(n):  # chooses_def
    if n == 1:  # chooses_one
        return 10  # chooses_ten
    elif n == 2:  # chooses_two
        return 20  # chooses_twenty
    return 0  # chooses_nothing


allocates(11)
print(with_for(10) + with_while(9) + in_one_line(9) + nested(6) + leaves_early(20) + recursive(7) + streams(12)
      + chooses(1) + chooses(2) + chooses(3) + chooses(2))
show_results(profile)
