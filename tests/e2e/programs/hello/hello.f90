program hello
  implicit none
  character(len=10), allocatable :: words(:)
  character(len=20) :: argument
  character, pointer :: lost(:)
  allocate(words(10))
  words(1) = "hello"
  print *, words(1)
  open(unit=10, status='scratch')
  write(10, *) words(1)
  close(10)
  deallocate(words)
  call get_command_argument(1, argument)
  if (len_trim(argument) > 0) then
    allocate(lost(100))
    lost(1) = 'x'
    print *, lost(1)
  end if
end program hello
