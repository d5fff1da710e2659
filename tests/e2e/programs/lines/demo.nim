import std/[tables, strutils]

type Shape = ref object
  points: seq[int]

proc fill(count: int): Shape =
  result = Shape(points: newSeq[int](count))

proc words(text: string): Table[string, int] =
  for word in text.splitWhitespace:
    result.mgetOrPut(word, 0) += 1

proc main() =
  let shape = fill(5000)
  let table = words("to be or not to be")
  echo shape.points.len, " ", table.len

main()
