"""What the samples teach is what their tables say."""

from harness import BUILD, case, check, check_equal, lines_of, record_and_report, run_cases


def increments(directory, sample):
    _, figures = record_and_report([BUILD / "samples" / sample], directory)
    return figures, {f["function"]: {row["source"].strip().split("(")[0]: row["increment_bytes"] for row in f["lines"]}
                     for f in figures["functions"]}


@case
def a_global_keeps_what_a_local_gives_back(directory):
    figures, rows = increments(directory, "globals")
    check_equal(rows["remembered"]["cache = squares"], 8000000, "remembered")
    check_equal((rows["forgotten"]["long *local = squares"], rows["forgotten"]["free"]), (8000000, -8000000), "forgotten")
    kept = [site for site in figures["sites"] if site["function"] == "squares"]
    check_equal([site["leaked_bytes"] for site in kept], [8000000], "what the global holds at the end")


@case
def streaming_takes_one_line_at_a_time(directory):
    figures, rows = increments(directory, "streaming")
    whole = sum(len(f"{i} and words that nobody reads, as files have them\n") + 1 for i in range(100000))
    check_equal((rows["materialised"]["lines[i] = strdup"], rows["materialised"]["free"]), (whole, -whole), "materialised")
    streamed = max(row["mem_bytes"] for row in lines_of(figures, "streamed").values())
    check(streamed < 100000, f"streamed holds {streamed} bytes")


@case
def sets_differ_by_their_container(directory):
    _, rows = increments(directory, "efficient_set")
    totals = {function: sum(lines.values()) for function, lines in rows.items()}
    check_equal(totals, {"doubling_array": 1048576, "sorted_array": 400000, "hash_set": 2648576, "bit_set": 125000},
                "bytes of each container")


run_cases()
