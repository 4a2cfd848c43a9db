process CPSAM_SEGMENT {
    tag "${meta.id}"
    label 'process_medium'
    container 'cpsam-gui/cpsam:latest'

    input:
    tuple val(meta), path(image)
    path model

    output:
    tuple val(meta), path("results/*_masks.tif"), emit: masks
    tuple val(meta), path("results/*_objects.csv"), emit: table
    path "versions.yml", emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def chosen = model ? "--model ${model}" : ''
    """
    cpsam segment ${image} ${chosen} --save tif,csv --out results ${args}

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        cpsam: \$(cpsam --version | sed 's/cpsam //')
    END_VERSIONS
    """

    stub:
    """
    mkdir results
    touch results/${image.baseName}_masks.tif results/${image.baseName}_objects.csv versions.yml
    """
}
