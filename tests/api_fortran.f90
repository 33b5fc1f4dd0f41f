! The header's calls from Fortran, as a user would declare them: the bytes of
! samples 0 to 2 of seed 7 of the run that is named, in fortran.raw.
program api_fortran
    use, intrinsic :: iso_c_binding
    implicit none

    interface
        integer(c_int) function gentrain_open(model, path) bind(c)
            import :: c_int, c_ptr, c_char
            type(c_ptr), intent(out) :: model
            character(kind=c_char), intent(in) :: path(*)
        end function
        subroutine gentrain_close(model) bind(c)
            import :: c_ptr
            type(c_ptr), value :: model
        end subroutine
        integer(c_int) function gentrain_shape(model, array, shape) bind(c)
            import :: c_int, c_int64_t, c_ptr
            type(c_ptr), value :: model
            integer(c_int), value :: array
            integer(c_int64_t), intent(out) :: shape(*)
        end function
        integer(c_int) function gentrain_sample_bytes(model, seed, first, n, bytes) bind(c)
            import :: c_int, c_int64_t, c_int8_t, c_ptr
            type(c_ptr), value :: model
            integer(c_int64_t), value :: seed, first, n
            integer(c_int8_t), intent(out) :: bytes(*)
        end function
    end interface

    integer(c_int), parameter :: gentrain_ok = 0, gentrain_sample = 1
    type(c_ptr) :: model
    integer(c_int64_t) :: shape(8)
    integer(c_int8_t), allocatable :: bytes(:, :, :, :)
    character(len=256) :: path
    integer :: unit

    call get_command_argument(1, path)
    if (gentrain_open(model, trim(path)//c_null_char) /= gentrain_ok) stop 4
    if (gentrain_shape(model, gentrain_sample, shape) /= 3) stop 1
    allocate (bytes(shape(3), shape(2), shape(1), 3))
    if (gentrain_sample_bytes(model, 7_c_int64_t, 0_c_int64_t, 3_c_int64_t, bytes) &
        /= gentrain_ok) stop 1
    call gentrain_close(model)
    open (newunit=unit, file='fortran.raw', access='stream', form='unformatted')
    write (unit) bytes
    close (unit)
    deallocate (bytes)
end program
