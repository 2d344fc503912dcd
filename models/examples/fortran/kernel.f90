! kernel.f90 - the stretched exponential in Fortran 2003: the physics of the plugin, and nothing else.
!
! sigma = E_R eps + (E_U - E_R) sum_i d_eps_i phi(t - t_i),  phi(t) = exp[-(t/tau)^beta],
! tau = tau_0 exp[E/k (1/T - 1/T_0)]: G. Williams and D. C. Watts, Trans. Faraday Soc. 66 (1970) 80.
!
! Tables and the life of an instance are in tables.c: tables of structs with texts and pointers are a pain in Fortran,
! and the arrays that cross here are all that the physics needs.
module stretched_kernel
    use, intrinsic :: iso_c_binding, only: c_double, c_int8_t, c_int64_t
    implicit none
    private
    public :: stretched_row

    ! Boltzmann's constant, eV/K.
    real(c_double), parameter :: boltzmann = 8.617333262e-5_c_double

contains

    ! Stress (MPa) and strain of one parameter vector at the output times. The result is 0, or the number of the
    ! parameter (from 1) that makes a relaxation time which no number can hold.
    function stretched_row(p, temperature, first_strain, n_steps, step_time, step_strain, n_times, time, before, &
                           stress, strain) result(blamed) bind(c, name="stretched_row")
        real(c_double), intent(in) :: p(6)
        real(c_double), intent(in), value :: temperature, first_strain
        integer(c_int64_t), intent(in), value :: n_steps, n_times
        real(c_double), intent(in) :: step_time(n_steps), step_strain(n_steps), time(n_times)
        integer(c_int8_t), intent(in) :: before(n_times)
        real(c_double), intent(out) :: stress(n_times), strain(n_times)
        integer(c_int64_t) :: blamed
        real(c_double) :: tau, beta, unrelaxed_modulus, relaxed_modulus, unrelaxed, since
        integer(c_int64_t) :: index, step

        beta = p(2)
        unrelaxed_modulus = p(5)
        relaxed_modulus = p(6)
        tau = p(1) * exp(p(3) / boltzmann * (1.0_c_double / temperature - 1.0_c_double / p(4)))
        blamed = 3
        if (.not. (tau >= tiny(tau) .and. tau <= huge(tau))) return
        blamed = 0
        do index = 1, n_times
            strain(index) = first_strain
            unrelaxed = 0.0_c_double
            do step = 1, n_steps
                since = time(index) - step_time(step)
                if (since < 0.0_c_double) cycle
                if (since <= 0.0_c_double .and. before(index) /= 0) cycle
                strain(index) = strain(index) + step_strain(step)
                unrelaxed = unrelaxed + step_strain(step) * exp(-(since / tau)**beta)
            end do
            stress(index) = relaxed_modulus * strain(index) + (unrelaxed_modulus - relaxed_modulus) * unrelaxed
        end do
    end function stretched_row

end module stretched_kernel
