"""Figures and tables of the papers, by one command each.

    cell      one method, scenario, topology and seed      result   its small JSON file
    running   carries a cell out                           grid     many side by side, through Ray
    training_runs   a learner's run, begun or gone on with
    study     what a figure or a table compares            djtcra, mec   those of the papers
    probes    look into a learner instead (mec_search, mec_training)
    summary   means, intervals, differences                report, pictures, marl_eval   the files
    agreement whether two results agree                    verify   runs recorded cells again

Nothing here imports ray or torch before a cell is run.
"""
