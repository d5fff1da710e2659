/* lua.c - the cases of gc_compare.py with Lua 5.4, whose objects are tables; "drop" means forget and collect.
 */
#include "clock.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>

static const char program[] =
	"local case, count, depth, clock, slot = ...\n"
	"local function list(n)\n"
	"  local first\n"
	"  for i = 1, n do first = {next = first, prev = false} end\n"
	"  return first\n"
	"end\n"
	"local function tree(n)\n"
	"  if n == 1 then return {next = false, prev = false} end\n"
	"  return {next = tree(n - 1), prev = tree(n - 1)}\n"
	"end\n"
	"local function pair()\n"
	"  local a, b = {next = false, prev = false}, {next = false, prev = false}\n"
	"  a.next = b; b.prev = a\n"
	"  return a\n"
	"end\n"
	"local function pairs_(n)\n"
	"  for i = 1, n do pair() end\n"
	"end\n"
	"local function collected(made)\n"
	"  made = nil\n"
	"  local start = clock(); collectgarbage(); return clock() - start\n"
	"end\n"
	"local start = clock()\n"
	"if case == 'a' then\n"
	"  for i = 1, 10 * count do local t = {next = false, prev = false} end\n"
	"  return (clock() - start) / (10 * count)\n"
	"elseif case == 'b' then pairs_(count); return (clock() - start) / (2 * count)\n"
	"elseif case == 'c' then\n"
	"  local first = list(count); local last = first\n"
	"  while last.next do last.next.prev = last; last = last.next end\n"
	"  last.next = first; first, last = nil, nil\n"
	"  return collected() / count\n"
	"elseif case == 'd' then local t = tree(depth); t = nil; return collected() / 2 ^ depth\n"
	"elseif case == 'f' then local t = list(10 * count); t = nil; return collected() / (10 * count)\n"
	"elseif case == 'e2' then\n"
	"  local live, size = {}, count // 2\n"
	"  for i = 1, size do live[i] = pair() end\n"
	"  start = clock()\n"
	"  for i = 0, 4 * count - 1 do\n"
	"    if i % 4 == 0 then live[slot(size) + 1] = pair() else pair() end\n"
	"  end\n"
	"  return (clock() - start) / (8 * count), live\n"
	"end\n"
	"local live = list(5 * count); collectgarbage(); start = clock()\n"
	"if case == 'e' then pairs_(4 * count); return (clock() - start) / (8 * count), live\n"
	"else collectgarbage(); return (clock() - start) / (5 * count), live end\n";

static int lua_clock(lua_State *state)
{
	lua_pushnumber(state, cpu_ns());
	return 1;
}

static int lua_slot(lua_State *state)
{
	lua_pushinteger(state, random_slot((long)lua_tointeger(state, 1)));
	return 1;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scale = atol(argv[2]);
	lua_State *state = luaL_newstate();
	luaL_openlibs(state);
	lua_gc(state, LUA_GCGEN, 0, 0);
	if (luaL_loadstring(state, program))
		return 1;
	lua_pushstring(state, argv[1]);
	lua_pushinteger(state, scale);
	lua_pushinteger(state, tree_depth());
	lua_pushcfunction(state, lua_clock);
	lua_pushcfunction(state, lua_slot);
	if (lua_pcall(state, 5, 1, 0)) {
		fprintf(stderr, "%s\n", lua_tostring(state, -1));
		return 1;
	}
	printf("%s %.3f\n", argv[1], lua_tonumber(state, -1));
	lua_close(state);
	return 0;
}
