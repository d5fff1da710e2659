module numbers
  implicit none
contains
  function made(n) result(b)
    integer, intent(in) :: n
    real, allocatable :: b(:)
    allocate(b(n))
    b = 2
  end function made
end module numbers

program demo
  use numbers
  implicit none
  real, allocatable :: a(:), c(:)
  call fill(10000)
  allocate(a(5000))
  a = 1
  c = made(7000)
  print *, sum(a) + sum(c)
contains
  subroutine fill(n)
    integer, intent(in) :: n
    real, allocatable :: b(:)
    allocate(b(n))
    b = 2
    print *, sum(b)
  end subroutine fill
end program demo
